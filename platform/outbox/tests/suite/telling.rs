//! Telling events in transactions.

use events::Event;
use ids::UserId;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::world::{Counted, DEADLINE, Effects, GROUP, Hugged, Mood, Relay, World, until};

#[tokio::test]
async fn what_is_rolled_back_is_never_told() {
    let world = World::new().await;
    let relay = Relay::of(&world.hugs);
    let dropped = world.hugs.begin(None).await.unwrap();
    dropped.emit(&Hugged::number(1)).await.unwrap();
    drop(dropped);
    let undone = world.hugs.begin(None).await.unwrap();
    undone.emit(&Hugged::number(2)).await.unwrap();
    undone.rollback().await.unwrap();
    world.tell([3]).await;
    relay.stop().await;
    assert_eq!(world.bus.published_numbers(), [3]);
}

#[tokio::test]
async fn an_envelope_says_who_when_and_in_which_trace() {
    let world = World::new().await;
    let ada = UserId::from_uuid(uuid::Uuid::from_u128(1));
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut work = world.hugs.begin(Some(ada)).await.unwrap();
    work.trace(Some(traceparent.to_owned()));
    work.emit(&Hugged::number(1)).await.unwrap();
    work.commit().await.unwrap();
    Relay::of(&world.hugs).stop().await;
    let [event] = world.bus.published().try_into().unwrap();
    assert_eq!(event.subject(), "hugs.Hugged");
    assert_eq!(event.actor_id, Some(ada));
    assert_eq!(event.traceparent.as_deref(), Some(traceparent));
    assert_eq!(event.occurred_at, clock::Clock::now(&*world.clock));
    assert_eq!(event.aggregate_id, "ada and bo");
    assert_eq!(event.read::<Hugged>().unwrap().unwrap(), Hugged::number(1));
}

#[tokio::test]
async fn many_events_are_told_at_once_and_in_their_order() {
    let world = World::new().await;
    let work = world.hugs.begin(None).await.unwrap();
    let many: Vec<Hugged> = (0..1_001).map(Hugged::number).collect();
    work.emit_all(&many).await.unwrap();
    work.emit_all::<Hugged>(&[]).await.unwrap();
    work.commit().await.unwrap();
    Relay::of(&world.hugs).stop().await;
    assert_eq!(world.bus.published_numbers(), (0..1_001).collect::<Vec<_>>());
}

#[tokio::test]
async fn when_a_commit_returns_the_event_has_had_its_effect() {
    let world = World::new().await;
    let _group = world.handle(&Effects::new()).await;
    let relay = Relay::of(&world.hugs);
    for number in 0..20 {
        world.tell([number]).await;
        assert_eq!(world.hugs.pending().await.unwrap(), 0);
        world.streaks.caught_up(GROUP, DEADLINE).await.unwrap();
        assert_eq!(world.streaks_database.effects().await.last(), Some(&number));
    }
    relay.stop().await;
}

#[tokio::test]
async fn a_commit_succeeds_while_the_bus_is_down_and_its_event_goes_out_later() {
    let world = World::new().await;
    world.bus.feel(Mood::Down);
    let relay = Relay::of(&world.hugs);
    world.tell(1..=3).await;
    assert_eq!(world.hugs.pending().await.unwrap(), 3);
    world.bus.feel(Mood::Well);
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    world.tell([4]).await;
    relay.stop().await;
    assert_eq!(world.bus.published_numbers(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_subgraph_tells_only_what_is_its_own() {
    let world = World::new().await;
    let work = world.hugs.begin(None).await.unwrap();
    let refused = work.emit(&Counted { number: 1 }).await.unwrap_err();
    assert!(refused.to_string().contains("hugs tells no streaks.Counted"), "{refused}");
}

#[derive(Debug, Serialize, Deserialize)]
struct Novel(String);

impl Event for Novel {
    const PRODUCER: &'static str = "hugs";
    const TYPE: &'static str = "Novel";
    const VERSION: u16 = 1;

    fn aggregate_id(&self) -> String {
        "novel".to_owned()
    }
}

#[tokio::test]
async fn an_event_that_no_bus_would_carry_is_refused_at_once() {
    let world = World::new().await;
    let work = world.hugs.begin(None).await.unwrap();
    let refused = work.emit(&Novel("word ".repeat(100_000))).await.unwrap_err();
    assert!(refused.to_string().contains("too long"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_at_once_lose_nothing() {
    let world = World::new().await;
    let _group = world.handle(&Effects::new()).await;
    let relay = Relay::of(&world.hugs);
    let writers = (0..64).map(|number| {
        let outbox = world.hugs.clone();
        tokio::spawn(async move {
            let work = outbox.begin(None).await?;
            work.execute_unprepared(&format!("INSERT INTO effects VALUES ({number})")).await?;
            work.emit(&Hugged { pair: format!("pair {number}"), number }).await?;
            work.commit().await
        })
    });
    for written in futures::future::join_all(writers).await {
        written.unwrap().unwrap();
    }
    let expected: Vec<i64> = (0..64).collect();
    until(async || world.streaks_database.effects().await == expected).await;
    assert_eq!(world.hugs_database.effects().await, expected);
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    relay.stop().await;
}

#[tokio::test]
async fn what_was_told_is_read_again_from_the_outbox_by_type_and_time() {
    let world = World::new().await;
    let earlier = clock::Clock::now(&*world.clock);
    world.tell([1, 2]).await;
    world.clock.advance(chrono::TimeDelta::seconds(60));
    let later = clock::Clock::now(&*world.clock);
    world.tell([3]).await;
    // Relayed or not: a bus in memory has nothing of what a process before told.
    let archive = world.hugs.archive();
    let read = async |kind, since| {
        let events = archive.since(kind, since).await.unwrap();
        events.into_iter().map(|event| event.data["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(read(None, earlier).await, [1, 2, 3]);
    assert_eq!(read(Some("Hugged"), later).await, [3]);
    assert!(read(Some("Other"), earlier).await.is_empty());
}
