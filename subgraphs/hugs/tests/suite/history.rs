//! The viewer's hugs, and everybody's counts.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{HISTORY, World, ids};

#[tokio::test]
async fn a_history_lists_the_newest_first_by_side() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let sent = world.hug(ada, bo).await;
    world.clock.advance(TimeDelta::seconds(1));
    let received = world.hug(bo, ada).await;
    assert_eq!(world.history(ada, "ALL").await, [received.clone(), sent.clone()]);
    assert_eq!(world.history(ada, "SENT").await, [sent]);
    assert_eq!(world.history(ada, "RECEIVED").await, [received]);
    world.finish().await;
}

#[tokio::test]
async fn walking_the_pages_either_way_sees_each_hug_once() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut hugs = Vec::new();
    for number in 0..7 {
        // Some are sent at the same instant.
        world.clock.advance(TimeDelta::microseconds(number % 2));
        hugs.insert(0, world.hug(bo, ada).await);
    }
    let forward =
        walk(&world, ada, |cursor| json!({ "first": 3, "after": cursor }), "hasNextPage", "endCursor").await;
    assert_eq!(forward.concat(), hugs);
    let mut backward =
        walk(&world, ada, |cursor| json!({ "last": 3, "before": cursor }), "hasPreviousPage", "startCursor")
            .await;
    backward.reverse();
    assert_eq!(backward.concat(), hugs);
    world.finish().await;
}

async fn walk(
    world: &World,
    person: ids::UserId,
    arguments: impl Fn(&Value) -> Value,
    more: &str,
    edge: &str,
) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let data = world.as_user(person).data(HISTORY, arguments(&cursor)).await;
        pages.push(ids(&data["hugs"]));
        let info = &data["hugs"]["pageInfo"];
        if info[more] == false {
            return pages;
        }
        cursor = info[edge].clone();
    }
}

#[tokio::test]
async fn a_history_is_filtered_by_what_holds_of_its_hugs() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let bear = "hgt_0192f000000070008000000000000002";
    let sent = world.hug(ada, bo).await;
    world.clock.advance(TimeDelta::hours(1));
    let payload = world.send(bo, json!({ "recipientId": ada, "typeId": bear })).await;
    let received = payload["hug"]["id"].as_str().unwrap().to_owned();
    world.change(ada, "thankHug", &received).await;
    world.clock.advance(TimeDelta::hours(1));
    let anonymous = world.hug_anonymously(cy, ada).await;
    let cancelled = world.hug(ada, cy).await;
    world.change(ada, "cancelHug", &cancelled).await;
    let noon = "2026-03-01T12:00:00Z";
    for (filter, expected) in [
        (json!({ "typeId": bear }), vec![&received]),
        (json!({ "personId": bo }), vec![&received, &sent]),
        (json!({ "personId": cy }), vec![&cancelled]),
        (json!({ "until": "2026-03-01T12:30:00Z", "from": noon }), vec![&sent]),
        (json!({ "from": "2026-03-01T12:30:00Z", "until": "2026-03-01T13:30:00Z" }), vec![&received]),
        (json!({ "until": noon }), vec![]),
        (json!({ "status": "THANKED" }), vec![&received]),
        (json!({ "status": "CANCELLED" }), vec![&cancelled]),
        (json!({ "anonymous": true }), vec![&anonymous]),
        (json!({ "answersRequest": true }), vec![]),
        (json!({ "answersRequest": false, "anonymous": false, "status": "SENT" }), vec![&sent]),
    ] {
        let query = "query($f: HugFilter) { hugs(filter: $f) { edges { node { id } } } }";
        let found = world.as_user(ada).data(query, json!({ "f": filter })).await;
        let mut found = ids(&found["hugs"]);
        let mut expected: Vec<String> = expected.into_iter().cloned().collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{filter}");
    }
    let query = "{ hugs(filter: { personId: \"nobody\" }) { edges { cursor } } }";
    assert_eq!(world.as_user(ada).failure(query, json!({})).await, "BAD_USER_INPUT");
    world.finish().await;
}

#[tokio::test]
async fn what_one_hugs_by_kind_and_when_one_was_hugged_is_for_oneself() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::hours(1));
    world.hug(bo, ada).await;
    world.hug(ada, bo).await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { receivedHugInstants
        hugStats { groups byType { type { name } sent received } } } } }";
    let user = json!({ "r": [{ "__typename": "User", "id": ada }] });
    let own = world.as_user(ada).data(query, user.clone()).await["_entities"][0].take();
    let by_type = json!([{ "type": { "name": "Warm hug" }, "sent": 1, "received": 2 }]);
    assert_eq!(own["hugStats"], json!({ "groups": 0, "byType": by_type }));
    assert_eq!(own["receivedHugInstants"].as_array().unwrap().len(), 2);
    for client in [world.as_user(bo), world.anonymous()] {
        let theirs = client.data(query, user.clone()).await["_entities"][0].take();
        let nothing = json!({ "receivedHugInstants": null, "hugStats": { "groups": null, "byType": null } });
        assert_eq!(theirs, nothing);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_page_that_is_too_large_is_refused() {
    let world = World::start().await;
    let ada = world.person().await;
    assert_eq!(world.as_user(ada).failure(HISTORY, json!({ "first": 101 })).await, "BAD_USER_INPUT");
    world.finish().await;
}

#[tokio::test]
async fn a_block_hides_hugs_from_history_and_counts_until_it_ends() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hidden = world.hug(bo, ada).await;
    world.clock.advance(TimeDelta::seconds(1));
    let shown = world.hug(cy, ada).await;
    world.block(ada, bo).await;
    assert_eq!(world.history(ada, "ALL").await, [shown.as_str()]);
    assert_eq!(world.history(bo, "ALL").await, [] as [&str; 0]);
    for person in [ada, bo] {
        assert!(world.see(person, &hidden).await.is_null());
    }
    assert_eq!(world.stats(ada, ada).await, [0, 1, 0]);
    assert_eq!(world.stats(bo, bo).await, [0, 0, 0]);
    // To each other they are as strangers who never were.
    assert_eq!(world.stats(bo, ada).await, [0, 0, 0]);
    assert_eq!(world.stats(ada, bo).await, [0, 0, 0]);
    assert_eq!(world.stats(cy, ada).await, [0, 2, 0]);
    world.unblock(ada, bo).await;
    assert_eq!(world.history(ada, "ALL").await, [shown, hidden]);
    world.finish().await;
}

#[tokio::test]
async fn a_page_is_full_although_blocked_hugs_lie_between() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let mut shown = Vec::new();
    for _ in 0..3 {
        world.hug(bo, ada).await;
        shown.insert(0, world.hug(cy, ada).await);
        world.clock.advance(TimeDelta::seconds(1));
    }
    world.block(bo, ada).await;
    let data = world.as_user(ada).data(HISTORY, json!({ "first": 3 })).await;
    assert_eq!(ids(&data["hugs"]), shown);
    assert_eq!(data["hugs"]["pageInfo"]["hasNextPage"], false);
    world.finish().await;
}
