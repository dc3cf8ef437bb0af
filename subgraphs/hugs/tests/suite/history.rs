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
