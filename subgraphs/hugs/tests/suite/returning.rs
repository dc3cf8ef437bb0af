//! Hugs that return others.

use events::{
    hugs::{HugSeen, HugSent},
    users::HugPolicyAction,
};
use serde_json::{Value, json};

use crate::world::{World, next_event, refusal};

#[tokio::test]
async fn a_hug_is_returned_once_and_seen_by_that() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let mut events = world.events_from_now(bo).await;
    let payload = world.return_hug(ada, &hug).await;
    let returned = &payload["hug"];
    assert_eq!((&returned["sender"]["id"], &returned["recipient"]["id"]), (&json!(ada), &json!(bo)));
    assert_eq!((&returned["returns"]["id"], &returned["returns"]["status"]), (&json!(hug), &json!("SEEN")));
    let heard = next_event(&mut events).await;
    assert_eq!((&heard["kind"], &heard["hug"]["id"]), (&json!("RETURNED"), &returned["id"]));
    events.expect_quiet().await;
    assert_eq!(world.events::<HugSeen>().await.len(), 1);
    let told = world.events::<HugSent>().await;
    assert_eq!(json!(told[1].returns), json!(hug));
    assert_eq!(refusal(&world.return_hug(ada, &hug).await), "HUG_ALREADY_RETURNED");
    let query = "query($id: ID!) { hug(id: $id) { returnedWith { id } } }";
    let seen = world.as_user(bo).data(query, json!({ "id": hug })).await;
    assert_eq!(seen["hug"]["returnedWith"]["id"], returned["id"]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_not_the_viewers_or_was_taken_back_is_not_returned() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    for person in [bo, cy] {
        assert_eq!(refusal(&world.return_hug(person, &hug).await), "HUG_NOT_FOUND");
    }
    world.change(bo, "cancelHug", &hug).await;
    assert_eq!(refusal(&world.return_hug(ada, &hug).await), "HUG_CANCELLED");
    let hug = world.hug(bo, ada).await;
    world.block(bo, ada).await;
    assert_eq!(refusal(&world.return_hug(ada, &hug).await), "HUG_NOT_FOUND");
    world.finish().await;
}

#[tokio::test]
async fn a_return_is_not_filtered_but_who_refuses_strangers_refuses_it() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    world.policy(bo, HugPolicyAction::Filter, HugPolicyAction::Accept).await;
    let (one, other) = (world.hug(bo, ada).await, world.hug(bo, ada).await);
    let returned = world.return_hug(ada, &one).await["hug"]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.see(bo, &returned).await["filtered"], false);
    world.policy(bo, HugPolicyAction::Drop, HugPolicyAction::Accept).await;
    assert_eq!(refusal(&world.return_hug(ada, &other).await), "HUG_NOT_ALLOWED");
    assert_eq!(world.see(ada, &other).await["seenAt"], Value::Null);
    world.finish().await;
}

#[tokio::test]
async fn an_anonymous_hug_is_returned_to_somebody_unknown() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug_anonymously(bo, ada).await;
    // Whatever its sender's policy says: it was them who hugged.
    world.policy(bo, HugPolicyAction::Drop, HugPolicyAction::Drop).await;
    let mut events = world.events_from_now(bo).await;
    let payload = world.return_hug(ada, &hug).await;
    assert_eq!(payload["hug"]["recipient"], Value::Null);
    assert_eq!(payload["hug"]["returns"]["sender"], Value::Null);
    let heard = next_event(&mut events).await;
    assert_eq!((&heard["kind"], &heard["hug"]["id"]), (&json!("RETURNED"), &payload["hug"]["id"]));
    let query = "query($id: ID!) { hug(id: $id) { sender { id } recipient { id } returns { id } } }";
    let seen = world.as_user(bo).data(query, json!({ "id": payload["hug"]["id"] })).await;
    let whole = json!({ "sender": { "id": ada }, "recipient": { "id": bo }, "returns": { "id": hug } });
    assert_eq!(seen["hug"], whole);
    world.finish().await;
}
