//! Consumers: one effect for each event, or a dead letter.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use bus::{Bus, Envelope};
use ids::UserId;
use outbox::{ConsumerError, EventHandler, ReplayError, Work};
use sea_orm::ConnectionTrait as _;

use crate::world::{Counted, Effects, GROUP, Hugged, Relay, World, until};

#[tokio::test]
async fn a_consumer_that_fails_midway_leaves_nothing_behind_and_tries_again() {
    let world = World::new().await;
    let _group = world.handle(&Effects::failing_first(2)).await;
    let relay = Relay::of(&world.hugs);
    world.tell([1]).await;
    relay.stop().await;
    assert_eq!(world.streaks_database.effects().await, [1]);
    assert_eq!(world.streaks_database.count("outbox").await, 1);
    assert!(world.streaks.dead_letters(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_event_that_comes_twice_has_one_effect() {
    let world = World::new().await;
    let group = world.handle(&Effects::new()).await;
    world.tell(1..=2).await;
    Relay::of(&world.hugs).stop().await;
    let published = world.bus.published();
    group.stop().await;
    let world = world.restarted();
    let _group = world.handle(&Effects::new()).await;
    world.bus.publish(&published).await.unwrap();
    assert_eq!(world.streaks_database.effects().await, [1, 2]);
    assert_eq!(world.streaks_database.count("outbox").await, 2);
}

#[tokio::test]
async fn two_groups_of_a_subgraph_each_handle_the_event() {
    let world = World::new().await;
    let _one = world.handle(&Effects::new()).await;
    let _other = world.streaks.consumer("streaks.worker", ["hugs.*"], Effects::new()).await.unwrap();
    world.tell([1]).await;
    Relay::of(&world.hugs).stop().await;
    assert_eq!(world.streaks_database.effects().await, [1, 1]);
}

#[tokio::test]
async fn poison_becomes_a_dead_letter_and_those_behind_it_go_on() {
    let world = World::new().await;
    let _group = world.handle(&Effects::poisoned_by(2)).await;
    world.tell(1..=3).await;
    Relay::of(&world.hugs).stop().await;
    assert_eq!(world.streaks_database.effects().await, [1, 3]);
    let [letter] = world.streaks.dead_letters(10).await.unwrap().try_into().unwrap();
    assert_eq!(letter.group, GROUP);
    assert_eq!(letter.error, "this number is unlucky");
    assert_eq!(letter.event, world.bus.published()[1]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_becomes_a_dead_letter_too() {
    let world = World::new().await;
    let _group = world.handle(&Effects::new()).await;
    world.tell([1]).await;
    Relay::of(&world.hugs).stop().await;
    let mut broken = world.bus.published()[0].clone();
    broken.id = ids::EventId::from_uuid(uuid::Uuid::from_u128(7));
    broken.data = serde_json::json!({ "pair": "ada and bo" });
    world.bus.publish(&[broken]).await.unwrap();
    let [letter] = world.streaks.dead_letters(10).await.unwrap().try_into().unwrap();
    assert!(letter.error.contains("missing field `number`"), "{}", letter.error);
}

#[tokio::test]
async fn a_dead_letter_is_replayed_once_its_cause_is_mended() {
    let world = World::new().await;
    let effects = Effects::poisoned_by(1);
    let _group = world.handle(&effects).await;
    world.tell([1]).await;
    Relay::of(&world.hugs).stop().await;
    let [letter] = world.streaks.dead_letters(10).await.unwrap().try_into().unwrap();

    let failed = world.streaks.replay(letter.id).await.unwrap_err();
    assert!(matches!(failed, ReplayError::Failed(_)), "{failed}");
    assert_eq!(world.streaks.dead_letters(10).await.unwrap(), std::slice::from_ref(&letter));
    assert!(world.streaks_database.effects().await.is_empty());

    effects.mend();
    world.streaks.replay(letter.id).await.unwrap();
    assert_eq!(world.streaks_database.effects().await, [1]);
    assert!(world.streaks.dead_letters(10).await.unwrap().is_empty());
    assert!(matches!(world.streaks.replay(letter.id).await, Err(ReplayError::Missing)));
}

/// Fails with words that no database takes.
struct Garbled;

#[async_trait]
impl EventHandler for Garbled {
    async fn handle(&self, _work: &mut Work, _event: &Envelope) -> Result<(), ConsumerError> {
        Err(ConsumerError::new("`a\0b` is no hug"))
    }
}

#[tokio::test]
async fn an_event_is_given_up_whatever_its_error_says() {
    let world = World::new().await;
    let _group = world.streaks.consumer(GROUP, ["hugs.*"], Arc::new(Garbled)).await.unwrap();
    world.tell([1]).await;
    Relay::of(&world.hugs).stop().await;
    let [letter] = world.streaks.dead_letters(10).await.unwrap().try_into().unwrap();
    assert_eq!(letter.error, "`a\u{fffd}b` is no hug");
}

/// Panics until it is mended.
#[derive(Debug, Default)]
struct Clumsy(AtomicBool);

#[async_trait]
impl EventHandler for Clumsy {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let number = event.read::<Hugged>().expect("a hug")?.number;
        work.execute_unprepared(&format!("INSERT INTO effects VALUES ({number})")).await?;
        assert!(self.0.load(Ordering::Acquire), "the handler has a mistake");
        Ok(())
    }
}

#[tokio::test]
async fn a_replay_that_panics_has_failed_and_leaves_its_letter() {
    let world = World::new().await;
    let clumsy = Arc::new(Clumsy::default());
    let _group = world.streaks.consumer(GROUP, ["hugs.*"], clumsy.clone()).await.unwrap();
    world.tell([1, 2]).await;
    Relay::of(&world.hugs).stop().await;
    let ids = world.streaks.dead_letter_ids().await.unwrap();
    let letters = world.streaks.dead_letters(10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), ids);
    assert_eq!(letters.len(), 2);
    assert_eq!(world.streaks.dead_letter(ids[1]).await.unwrap().as_ref(), letters.get(1));

    let failed = world.streaks.replay(ids[0]).await.unwrap_err();
    assert!(matches!(&failed, ReplayError::Failed(why) if why == "the handler panicked"), "{failed}");
    clumsy.0.store(true, Ordering::Release);
    world.streaks.replay(ids[1]).await.unwrap();
    assert_eq!(world.streaks.dead_letter_ids().await.unwrap(), ids[..1]);
    assert_eq!(world.streaks.dead_letter(ids[1]).await.unwrap(), None);
    assert_eq!(world.streaks_database.effects().await, [2]);
}

#[tokio::test]
async fn what_a_consumer_tells_goes_out_on_behalf_of_the_same_person() {
    let world = World::new().await;
    let ada = UserId::from_uuid(uuid::Uuid::from_u128(1));
    let _group = world.handle(&Effects::new()).await;
    let relays = [Relay::of(&world.hugs), Relay::of(&world.streaks)];
    let mut work = world.hugs.begin(Some(ada)).await.unwrap();
    work.trace(Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()));
    work.emit(&Hugged::number(1)).await.unwrap();
    work.commit().await.unwrap();
    until(async || world.bus.published().len() == 2).await;
    for relay in relays {
        relay.stop().await;
    }
    let [cause, effect] = world.bus.published().try_into().unwrap();
    assert!(effect.is::<Counted>());
    assert_eq!((effect.actor_id, effect.traceparent), (Some(ada), cause.traceparent));
}

#[tokio::test]
async fn a_subgraph_that_handles_its_own_events_does_not_wait_for_itself() {
    let world = World::new().await;
    let handler = Effects::new();
    let _group = world.streaks.consumer("streaks.echo", ["hugs.*", "streaks.*"], handler).await.unwrap();
    let relays = [Relay::of(&world.hugs), Relay::of(&world.streaks)];
    world.tell(1..=5).await;
    until(async || world.bus.published().len() == 10).await;
    for relay in relays {
        relay.stop().await;
    }
    assert_eq!(world.streaks.pending().await.unwrap(), 0);
    assert_eq!(world.streaks_database.count("inbox").await, 10);
}
