//! Anonymous hugs: nobody but their sender and moderators can find out who sent them.

use chrono::TimeDelta;
use events::{
    hugs::HugSent,
    users::{HugPolicy, HugPolicyAction},
};
use ids::UserId;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testkit::Client;

use crate::world::{WARM_HUG, World, next_event, next_kind, refusal};

const ALL_OF_IT: &str = "query($id: ID!) { hug(id: $id) { id isAnonymous status message sender { id }
    recipient { id } returns { id } returnedWith { id sender { id } recipient { id } } } }";

async fn all_of_it(world: &World, person: UserId, hug: &str) -> Value {
    world.as_user(person).data(ALL_OF_IT, json!({ "id": hug })).await["hug"].take()
}

#[tokio::test]
async fn the_recipient_reads_everything_but_the_sender() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut events = world.events_from_now(ada).await;
    let hug = world.hug_anonymously(bo, ada).await;
    let heard = next_event(&mut events).await;
    assert_eq!((&heard["kind"], &heard["hug"]["id"]), (&json!("RECEIVED"), &json!(hug)));
    let seen = all_of_it(&world, ada, &hug).await;
    assert_eq!((&seen["isAnonymous"], &seen["sender"]), (&json!(true), &Value::Null));
    assert_eq!(seen["recipient"]["id"], json!(ada));
    assert_eq!(all_of_it(&world, bo, &hug).await["sender"]["id"], json!(bo));
    let query =
        "{ hugs(direction: RECEIVED) { edges { cursor node { id sender { id } } } } hugEventsCursor }";
    for answer in [world.as_user(ada).data(query, json!({})).await, heard, seen] {
        let text = answer.to_string();
        assert!(!text.contains(&bo.to_string()) && !text.contains(&bo.as_uuid().simple().to_string()));
    }
    let told = &world.events::<HugSent>().await[0];
    assert_eq!((told.sender_id, told.anonymous), (bo, true));
    world.finish().await;
}

#[tokio::test]
async fn thanks_reach_the_sender() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    let mut events = world.events_from_now(bo).await;
    assert_eq!(world.change(ada, "thankHug", &hug).await["hug"]["status"], "THANKED");
    assert_eq!(next_kind(&mut events).await, ("THANKED".to_owned(), hug));
    world.finish().await;
}

#[tokio::test]
async fn blocking_a_suspect_does_not_tell_whether_it_was_them() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    let (seen, stats) = (all_of_it(&world, ada, &hug).await, world.stats(ada, ada).await);
    let start = world.cursor(bo).await;
    for suspect in [cy, bo] {
        world.block(ada, suspect).await;
        assert_eq!(all_of_it(&world, ada, &hug).await, seen);
        assert_eq!(world.stats(ada, ada).await, stats);
        assert_eq!(world.history(ada, "RECEIVED").await, [hug.as_str()]);
    }
    assert_eq!(world.change(ada, "thankHug", &hug).await["hug"]["status"], "THANKED");
    let returned = world.return_hug(ada, &hug).await;
    let back = returned["hug"]["id"].as_str().unwrap_or_else(|| panic!("{returned:#}"));
    assert_eq!(world.history(ada, "SENT").await, [back]);
    // For the one who was blocked there is nothing left of it, as of any hug.
    assert!(all_of_it(&world, bo, &hug).await.is_null());
    assert!(all_of_it(&world, bo, back).await.is_null());
    world.events_after(bo, &start).await.expect_quiet().await;
    world.finish().await;
}

#[tokio::test]
async fn counts_of_a_suspect_do_not_tell_whether_it_was_them() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    world.change(ada, "thankHug", &hug).await;
    let returned = world.return_hug(ada, &hug).await["hug"]["id"].as_str().unwrap().to_owned();
    world.change(bo, "thankHug", &returned).await;
    for viewer in [ada, cy] {
        assert_eq!(world.stats(viewer, bo).await, [0, 0, 0]);
    }
    assert_eq!(world.stats(bo, bo).await, [1, 1, 1]);
    assert_eq!(world.stats(ada, ada).await, [1, 1, 1]);
    world.finish().await;
}

#[tokio::test]
async fn asking_for_hugs_of_a_suspect_does_not_tell_whether_it_was_them() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let anonymous = world.hug_anonymously(bo, ada).await;
    let returned = world.return_hug(ada, &anonymous).await;
    assert_eq!(returned["hug"]["recipient"], Value::Null);
    let named = world.hug(bo, ada).await;
    let query = "query($p: ID!) { hugs(filter: { personId: $p }) { edges { node { id } } } }";
    let found = world.as_user(ada).data(query, json!({ "p": bo })).await;
    assert_eq!(crate::world::ids(&found["hugs"]), [named]);
    let found = world.as_user(bo).data(query, json!({ "p": ada })).await;
    assert_eq!(crate::world::ids(&found["hugs"]).len(), 3, "the sender knows whom they hugged");
    world.finish().await;
}

#[tokio::test]
async fn whether_it_arrives_and_how_does_not_depend_on_who_sent_it() {
    let world = World::start().await;
    let (ada, friend, stranger) = (world.person().await, world.person().await, world.person().await);
    world.follow(ada, friend).await;
    world.follow(friend, ada).await;
    let thanked = world.hug(friend, ada).await;
    world.change(ada, "thankHug", &thanked).await;
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "anonymous": true });
    use HugPolicyAction::{Accept, Drop, Filter};
    for (not_followed, anonymous, filtered) in
        [(Accept, Accept, false), (Filter, Accept, true), (Accept, Filter, true)]
    {
        let policy = HugPolicy { not_followed, not_following: Accept, new_accounts: Accept, anonymous };
        world.set_policy(ada, policy).await;
        for sender in [friend, stranger] {
            let payload = world.send(sender, input.clone()).await;
            let hug = payload["hug"]["id"].as_str().unwrap();
            assert_eq!(world.see(ada, hug).await["filtered"], filtered);
        }
        world.clock.advance(chrono::TimeDelta::days(1));
    }
    for (not_followed, anonymous) in [(Drop, Accept), (Accept, Drop)] {
        let policy = HugPolicy { not_followed, not_following: Accept, new_accounts: Accept, anonymous };
        world.set_policy(ada, policy).await;
        for sender in [friend, stranger] {
            assert_eq!(refusal(&world.send(sender, input.clone()).await), "HUG_NOT_ALLOWED");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn an_anonymous_hug_makes_nobody_known() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    world.change(ada, "thankHug", &hug).await;
    world.return_hug(ada, &hug).await;
    world.policy(ada, HugPolicyAction::Filter, HugPolicyAction::Accept).await;
    let named = world.hug(bo, ada).await;
    assert_eq!(
        world.see(ada, &named).await["filtered"],
        true,
        "or it would tell that they had hugged before"
    );
    world.finish().await;
}

#[tokio::test]
async fn with_and_without_a_name_are_different_inputs_of_one_key() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut input =
        json!({ "recipientId": ada, "typeId": WARM_HUG, "anonymous": true, "idempotencyKey": "k" });
    let first = world.send(bo, input.clone()).await;
    assert_eq!(world.send(bo, input.clone()).await, first);
    input["anonymous"] = json!(false);
    assert_eq!(refusal(&world.send(bo, input).await), "IDEMPOTENCY_KEY_REUSED");
    world.finish().await;
}

const DISCLOSE: &str = "mutation($h: ID!, $r: String!) { discloseHugSender(input: {hugId: $h, reason: $r}) {
    sender { id } recipient { id } errors { code path } } }";

#[tokio::test]
async fn moderators_are_told_who_sent_it_and_that_they_asked_is_kept() {
    let world = World::start().await;
    let (ada, bo, mo) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    let input = json!({ "h": hug, "r": "reported as harassment" });
    for client in [world.as_user(ada), world.with_scope(ada, "administration")] {
        assert_eq!(client.failure(DISCLOSE, input.clone()).await, "FORBIDDEN");
    }
    assert_eq!(world.anonymous().failure(DISCLOSE, input.clone()).await, "UNAUTHENTICATED");
    let moderator = world.with_scope(mo, "moderation");
    for (hug, reason, code) in
        [(hug.as_str(), "because", "REASON_INVALID"), ("no id", "reported as harassment", "HUG_NOT_FOUND")]
    {
        let payload = moderator.data(DISCLOSE, json!({ "h": hug, "r": reason })).await;
        assert_eq!(refusal(&payload["discloseHugSender"]), code);
    }
    assert_eq!(disclosures(&world).await, 0);
    let told = moderator.data(DISCLOSE, input).await["discloseHugSender"].take();
    assert_eq!((&told["sender"]["id"], &told["recipient"]["id"]), (&json!(bo), &json!(ada)));
    assert_eq!(disclosures(&world).await, 1);
    world.finish().await;
}

async fn disclosures(world: &World) -> i64 {
    let count = "SELECT COUNT(*) AS number FROM hug_disclosures WHERE reason = 'reported as harassment'";
    let statement = sea_orm::Statement::from_string(world.db.backend(), count);
    let row = world.db.reader().query_one_raw(statement).await.expect("an answer").expect("a row");
    row.try_get("", "number").expect("a number")
}

const RECORD: &str = "query($n: Int, $a: String) { hugDisclosures(first: $n, after: $a) {
    edges { node { hugId moderator { id } reason at } } pageInfo { hasNextPage endCursor } } }";

async fn ask(moderator: &Client, hug: &str, reason: &str) -> Value {
    moderator.data(DISCLOSE, json!({ "h": hug, "r": reason })).await["discloseHugSender"].take()
}

/// The hugs and reasons of a page of the record, and the cursor after which it goes on.
async fn read(moderator: &Client, first: i32, after: &Value) -> (Vec<(String, String)>, Value) {
    let answer = moderator.data(RECORD, json!({ "n": first, "a": after })).await;
    let record = &answer["hugDisclosures"];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let edges = record["edges"].as_array().expect("edges");
    let entries = edges.iter().map(|edge| (text(&edge["node"]["hugId"]), text(&edge["node"]["reason"])));
    let goes_on = record["pageInfo"]["hasNextPage"] == true;
    (entries.collect(), if goes_on { record["pageInfo"]["endCursor"].clone() } else { Value::Null })
}

#[tokio::test]
async fn moderators_read_who_asked_about_which_hug_and_why_the_newest_first() {
    let world = World::start().await;
    let (ada, bo, mo, jo) =
        (world.person().await, world.person().await, world.person().await, world.person().await);
    let (moderator, other) = (world.with_scope(mo, "moderation"), world.with_scope(jo, "moderation"));
    let mut asked = Vec::new();
    for number in 0..5 {
        let (hug, reason) = (world.hug_anonymously(bo, ada).await, format!("report number {number}"));
        let asking = if number == 4 { &other } else { &moderator };
        assert_eq!(ask(asking, &hug, &reason).await["errors"], json!([]));
        asked.insert(0, (hug, reason));
        world.clock.advance(TimeDelta::days(1));
    }
    let (first, after) = read(&moderator, 2, &Value::Null).await;
    let (second, after) = read(&moderator, 2, &after).await;
    let (third, end) = read(&moderator, 2, &after).await;
    assert_eq!(([first, second, third].concat(), end), (asked.clone(), Value::Null));
    let newest = &moderator.data(RECORD, json!({ "n": 1 })).await["hugDisclosures"]["edges"][0]["node"];
    let node = json!({
        "hugId": asked[0].0, "moderator": { "id": jo }, "reason": "report number 4", "at": "2026-03-05T12:00:00+00:00",
    });
    assert_eq!(*newest, node);
    for client in [world.as_user(ada), world.with_scope(ada, "administration")] {
        assert_eq!(client.failure(RECORD, json!({})).await, "FORBIDDEN");
    }
    assert_eq!(world.anonymous().failure(RECORD, json!({})).await, "UNAUTHENTICATED");
    world.finish().await;
}

#[tokio::test]
async fn no_moderator_is_told_who_hugged_them_nor_that_others_asked_about_hugs_of_theirs() {
    let world = World::start().await;
    let (ada, mo, jo) = (world.person().await, world.person().await, world.person().await);
    let (moderator, other) = (world.with_scope(mo, "moderation"), world.with_scope(jo, "moderation"));
    for hug in [world.hug_anonymously(ada, mo).await, world.hug_anonymously(mo, ada).await] {
        let refused = ask(&moderator, &hug, "I want to know").await;
        assert_eq!(refusal(&refused), "HUG_OF_SELF");
        assert_eq!((&refused["sender"], &refused["recipient"]), (&Value::Null, &Value::Null));
        assert_eq!(ask(&other, &hug, "reported as harassment").await["errors"], json!([]));
    }
    assert_eq!(read(&moderator, 9, &Value::Null).await.0, []);
    assert_eq!(read(&other, 9, &Value::Null).await.0.len(), 2);
    world.finish().await;
}
