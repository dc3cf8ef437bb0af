//! Sending hugs, and every way in which one is refused.

use chrono::TimeDelta;
use events::{
    hugs::HugSent,
    users::{HugPolicy, HugPolicyAction},
};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{EVENTS, SEND, WARM_HUG, World, next_kind, refusal, settings};

#[tokio::test]
async fn there_are_kinds_of_hugs_that_anybody_can_read() {
    let world = World::start().await;
    let query = "{ hugTypes { id name emoji durationMs intensity active } }";
    let data = world.anonymous().data(query, json!({})).await;
    let types = data["hugTypes"].as_array().unwrap();
    assert!(types.len() >= 8);
    assert_eq!(
        types[0],
        json!({ "id": WARM_HUG, "name": "Warm hug", "emoji": "🤗", "durationMs": 4000, "intensity": 3, "active": true })
    );
    world.finish().await;
}

#[tokio::test]
async fn a_hug_is_sent_with_its_message_and_told_on_the_bus() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "message": "  you did well \u{0}\n" });
    let payload = world.send(bo, input).await;
    let hug = &payload["hug"];
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(hug["status"], "SENT");
    assert_eq!(hug["message"], "you did well");
    assert_eq!(hug["type"], json!({ "name": "Warm hug", "emoji": "🤗" }));
    assert_eq!((&hug["sender"]["id"], &hug["recipient"]["id"]), (&json!(bo), &json!(ada)));
    let told = world.events::<HugSent>().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].sender_id, told[0].recipient_id, told[0].request_id), (bo, ada, None));
    assert_eq!(json!(told[0].hug_id), hug["id"]);
    world.finish().await;
}

#[tokio::test]
async fn what_can_not_be_sent_is_refused_with_a_code_and_the_part_of_the_input() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let stranger = world.new_user();
    let unknown_type = "hgt_0192f0000000700080000000000000ff";
    for (input, code, path) in [
        (json!({ "recipientId": bo, "typeId": WARM_HUG }), "CANNOT_HUG_SELF", "recipientId"),
        (json!({ "recipientId": stranger, "typeId": WARM_HUG }), "HUG_NOT_ALLOWED", "recipientId"),
        (json!({ "recipientId": "nobody", "typeId": WARM_HUG }), "HUG_NOT_ALLOWED", "recipientId"),
        (json!({ "recipientId": ada, "typeId": unknown_type }), "HUG_TYPE_NOT_FOUND", "typeId"),
        (json!({ "recipientId": ada, "typeId": "bear" }), "HUG_TYPE_NOT_FOUND", "typeId"),
        (
            json!({ "recipientId": ada, "typeId": WARM_HUG, "message": "x".repeat(501) }),
            "MESSAGE_TOO_LONG",
            "message",
        ),
        (
            json!({ "recipientId": ada, "typeId": WARM_HUG, "idempotencyKey": "" }),
            "IDEMPOTENCY_KEY_MALFORMED",
            "idempotencyKey",
        ),
    ] {
        let payload = world.send(bo, input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", path]));
    }
    assert_eq!(world.events::<HugSent>().await, []);
    world.finish().await;
}

#[tokio::test]
async fn a_message_of_500_characters_is_not_too_long() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let longest = "ü".repeat(500);
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "message": format!(" {longest} ") });
    assert_eq!(world.send(bo, input).await["hug"]["message"], longest);
    world.finish().await;
}

#[tokio::test]
async fn nobody_sends_a_hug_without_login() {
    let world = World::start().await;
    let ada = world.person().await;
    let input = json!({ "i": { "recipientId": ada, "typeId": WARM_HUG } });
    assert_eq!(world.anonymous().failure(SEND, input).await, "UNAUTHENTICATED");
    assert_eq!(
        world.anonymous().failure("{ hugs { edges { cursor } } }", json!({})).await,
        "UNAUTHENTICATED"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_retired_type_can_not_be_sent_but_stays_on_the_hugs_that_have_it() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    retire_all_types(&world).await;
    assert_eq!(refusal(&world.try_hug(bo, ada).await), "HUG_TYPE_NOT_FOUND");
    let query = "query($id: ID!) { hugTypes { id } hug(id: $id) { type { name active } } }";
    let data = world.as_user(ada).data(query, json!({ "id": hug })).await;
    assert_eq!(data, json!({ "hugTypes": [], "hug": { "type": { "name": "Warm hug", "active": false } } }));
    world.finish().await;
}

async fn retire_all_types(world: &World) {
    use sea_orm::ConnectionTrait as _;
    let transaction = world.db.begin().await.expect("the types are retired");
    transaction
        .execute_unprepared("UPDATE hug_types SET active = FALSE")
        .await
        .expect("the types are retired");
    transaction.commit().await.expect("the types are retired");
}

#[tokio::test]
async fn hugging_a_blocked_person_is_refused_as_if_they_were_missing() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let missing = world.try_hug(bo, world.new_user()).await;
    world.block(ada, bo).await;
    assert_eq!(world.try_hug(bo, ada).await, missing);
    assert_eq!(world.try_hug(ada, bo).await, missing);
    world.unblock(ada, bo).await;
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn a_policy_that_drops_refuses_as_if_the_recipient_were_missing() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let cy = world.person_since(TimeDelta::days(1)).await;
    world.policy(ada, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    let missing = world.try_hug(bo, world.new_user()).await;
    assert_eq!(world.try_hug(bo, ada).await, missing);
    world.follow(ada, bo).await;
    world.hug(bo, ada).await;

    world.policy(ada, HugPolicyAction::Accept, HugPolicyAction::Drop).await;
    assert_eq!(world.try_hug(cy, ada).await, missing);
    world.clock.advance(TimeDelta::days(7));
    world.hug(cy, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn a_policy_that_is_told_late_does_not_take_the_place_of_a_newer_one() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let accept = HugPolicyAction::Accept;
    let open =
        HugPolicy { not_followed: accept, not_following: accept, new_accounts: accept, anonymous: accept };
    // Nobody could handle it at its time; it is told anew when that is mended.
    let late = world.envelope(&settings(ada, open));
    world.policy(ada, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    world.tell_envelope(late).await;
    assert_eq!(refusal(&world.try_hug(bo, ada).await), "HUG_NOT_ALLOWED");
    world.set_policy(ada, open).await;
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn a_policy_that_filters_lets_a_hug_in_quietly_and_the_sender_can_not_tell() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    world.follow(ada, cy).await;
    world.policy(ada, HugPolicyAction::Filter, HugPolicyAction::Accept).await;
    let mut events = world.events_from_now(ada).await;
    let payload = world.try_hug(bo, ada).await;
    assert_eq!(payload["hug"]["filtered"], false);
    let quiet = payload["hug"]["id"].as_str().unwrap();
    let loud = world.hug(cy, ada).await;
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), loud.clone()));
    events.expect_quiet().await;
    assert_eq!(world.history(ada, "ALL").await, [loud.as_str()]);
    assert_eq!(world.history(ada, "RECEIVED").await, [loud]);
    assert_eq!(world.history(ada, "FILTERED").await, [quiet]);
    assert_eq!(world.see(ada, quiet).await["filtered"], true);
    assert_eq!(world.see(bo, quiet).await["filtered"], false);
    assert_eq!(world.stats(bo, ada).await, [0, 2, 0]);
    world.finish().await;
}

#[tokio::test]
async fn too_many_hugs_to_one_person_are_refused_until_an_hour_has_passed() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    for _ in 0..120 {
        world.hug(bo, ada).await;
    }
    assert_eq!(refusal(&world.try_hug(bo, ada).await), "RATE_LIMITED");
    world.hug(bo, cy).await;
    world.clock.advance(TimeDelta::hours(1));
    world.hug(bo, ada).await;
    world.finish().await;
}

#[tokio::test]
async fn the_same_key_sends_one_hug_and_another_input_is_refused() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "message": "hi", "idempotencyKey": "k1" });
    let first = world.send(bo, input.clone()).await;
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.send(bo, input.clone()).await, first);
    let mut other = input;
    other["message"] = json!("bye");
    assert_eq!(refusal(&world.send(bo, other).await), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(world.events::<HugSent>().await.len(), 1);
    world.block(ada, bo).await;
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "message": "hi", "idempotencyKey": "k1" });
    assert_eq!(refusal(&world.send(bo, input).await), "HUG_NOT_ALLOWED");
    world.finish().await;
}

#[tokio::test]
async fn a_refused_hug_does_not_use_its_key_up() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "idempotencyKey": "k1" });
    world.block(ada, bo).await;
    assert_eq!(refusal(&world.send(bo, input.clone()).await), "HUG_NOT_ALLOWED");
    world.unblock(ada, bo).await;
    assert_eq!(world.send(bo, input).await["errors"], json!([]));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_the_same_key_at_the_same_time_send_one_hug() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut events = world.events_from_now(ada).await;
    let input = json!({ "recipientId": ada, "typeId": WARM_HUG, "idempotencyKey": "k1" });
    let payloads = join_all((0..8).map(|_| world.send(bo, input.clone()))).await;
    let hug = payloads[0]["hug"]["id"].as_str().unwrap();
    assert!(payloads.iter().all(|payload| payload["hug"]["id"] == hug), "{payloads:#?}");
    assert_eq!(next_kind(&mut events).await.1, hug);
    events.expect_quiet().await;
    assert_eq!(world.history(bo, "SENT").await, [hug]);
    assert_eq!(world.events::<HugSent>().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_that_is_none_or_of_another_person_is_the_clients_mistake() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let foreign = world.cursor(bo).await;
    for after in [json!("nonsense"), json!(""), foreign] {
        let mut events = world.as_user(ada).subscribe(EVENTS, json!({ "after": after })).await;
        let answer: Value = events.next().await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
        assert_eq!(events.try_next().await, None);
    }
    let page =
        world.as_user(ada).failure("{ hugs(after: \"nonsense\") { edges { cursor } } }", json!({})).await;
    assert_eq!(page, "BAD_USER_INPUT");
    let mut events = world.anonymous().subscribe(EVENTS, json!({})).await;
    assert_eq!(events.next().await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    world.finish().await;
}
