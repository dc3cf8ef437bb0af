//! What becomes of a hug.

use events::hugs::{HugCancelled, HugSeen, HugThanked};
use serde_json::json;

use crate::world::{World, next_kind, refusal};

#[tokio::test]
async fn a_hug_is_seen_and_thanked_and_its_sender_hears_of_it() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let mut events = world.events_from_now(bo).await;
    assert_eq!(world.change(ada, "markHugSeen", &hug).await["hug"], json!({ "id": hug, "status": "SEEN" }));
    assert_eq!(world.change(ada, "thankHug", &hug).await["hug"], json!({ "id": hug, "status": "THANKED" }));
    assert_eq!(next_kind(&mut events).await, ("SEEN".to_owned(), hug.clone()));
    assert_eq!(next_kind(&mut events).await, ("THANKED".to_owned(), hug.clone()));
    assert_eq!(world.events::<HugSeen>().await.len(), 1);
    assert_eq!(world.events::<HugThanked>().await.len(), 1);
    let seen = world.see(bo, &hug).await;
    assert_eq!(seen["status"], "THANKED");
    assert!(seen["seenAt"].is_string() && seen["thankedAt"].is_string());
    assert_eq!(world.stats(bo, bo).await, [1, 0, 1]);
    world.finish().await;
}

#[tokio::test]
async fn saying_it_again_changes_nothing_and_tells_nobody() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let mut events = world.events_from_now(bo).await;
    for mutation in ["thankHug", "thankHug", "markHugSeen"] {
        assert_eq!(world.change(ada, mutation, &hug).await["hug"]["status"], "THANKED");
    }
    assert_eq!(next_kind(&mut events).await.0, "THANKED");
    events.expect_quiet().await;
    assert_eq!(world.events::<HugSeen>().await.len(), 1);
    assert_eq!(world.events::<HugThanked>().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_foreign_hug_is_as_missing_as_one_that_never_was() {
    let world = World::start().await;
    let (ada, bo, cy) = (world.person().await, world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let never = "hug_0192f000000070008000000000000001";
    for mutation in ["markHugSeen", "thankHug", "cancelHug"] {
        let missing = world.change(cy, mutation, never).await;
        assert_eq!(refusal(&missing), "HUG_NOT_FOUND");
        assert_eq!(world.change(cy, mutation, &hug).await, missing);
        assert_eq!(world.change(cy, mutation, "no id").await, missing);
        // Each step belongs to one of the two parties.
        let other = if mutation == "cancelHug" { ada } else { bo };
        assert_eq!(world.change(other, mutation, &hug).await, missing);
    }
    assert!(world.see(cy, &hug).await.is_null());
    assert!(world.see(cy, "no id").await.is_null());
    world.finish().await;
}

#[tokio::test]
async fn a_hug_is_taken_back_before_it_is_seen() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    let mut events = world.events_from_now(ada).await;
    for _ in 0..2 {
        assert_eq!(world.change(bo, "cancelHug", &hug).await["hug"]["status"], "CANCELLED");
    }
    assert_eq!(next_kind(&mut events).await, ("CANCELLED".to_owned(), hug.clone()));
    events.expect_quiet().await;
    assert_eq!(world.events::<HugCancelled>().await.len(), 1);
    for mutation in ["markHugSeen", "thankHug"] {
        assert_eq!(refusal(&world.change(ada, mutation, &hug).await), "HUG_CANCELLED");
    }
    assert_eq!(world.history(ada, "ALL").await, [] as [&str; 0]);
    assert_eq!(world.history(bo, "SENT").await, [hug]);
    assert_eq!(world.stats(ada, ada).await, [0, 0, 0]);
    assert_eq!(world.stats(bo, bo).await, [0, 0, 0]);
    world.finish().await;
}

#[tokio::test]
async fn a_hug_that_was_seen_can_not_be_taken_back() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    world.change(ada, "markHugSeen", &hug).await;
    assert_eq!(refusal(&world.change(bo, "cancelHug", &hug).await), "HUG_ALREADY_SEEN");
    world.finish().await;
}

#[tokio::test]
async fn between_a_blocked_pair_nothing_becomes_of_a_hug() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let hug = world.hug(bo, ada).await;
    world.block(bo, ada).await;
    for (person, mutation) in [(ada, "markHugSeen"), (ada, "thankHug"), (bo, "cancelHug")] {
        assert_eq!(refusal(&world.change(person, mutation, &hug).await), "HUG_NOT_FOUND");
    }
    world.finish().await;
}
