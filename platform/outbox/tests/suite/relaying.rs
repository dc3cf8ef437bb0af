//! The relay: everything that commits, in order, whatever happens on the way.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

use crate::world::{Effects, Hugged, Mood, Relay, World, until};

#[tokio::test]
async fn an_event_that_commits_late_is_relayed_although_later_ones_went_before() {
    let world = World::new().await;
    if world.hugs_database.database.is_sqlite() {
        // SQLite has one writer: no transaction can take a position while another is open.
        return;
    }
    let relay = Relay::of(&world.hugs);
    let late = world.hugs.begin(None).await.unwrap();
    late.emit(&Hugged { pair: "one pair".to_owned(), number: 1 }).await.unwrap();
    let early = world.hugs.begin(None).await.unwrap();
    early.emit(&Hugged { pair: "another pair".to_owned(), number: 2 }).await.unwrap();
    early.commit().await.unwrap();
    until(async || world.bus.published_numbers() == [2]).await;
    late.commit().await.unwrap();
    until(async || world.bus.published_numbers() == [2, 1]).await;
    relay.stop().await;
    assert_eq!(world.hugs.pending().await.unwrap(), 0);
}

#[tokio::test]
async fn no_position_is_too_low_to_be_relayed() {
    let world = World::new().await;
    let relay = Relay::of(&world.hugs);
    let work = world.hugs.begin(None).await.unwrap();
    work.emit(&Hugged::number(1)).await.unwrap();
    work.execute_unprepared("UPDATE outbox SET position = position + 1000").await.unwrap();
    work.commit().await.unwrap();
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    let work = world.hugs.begin(None).await.unwrap();
    work.emit(&Hugged::number(2)).await.unwrap();
    work.execute_unprepared("UPDATE outbox SET position = 500 WHERE relayed_at IS NULL").await.unwrap();
    work.commit().await.unwrap();
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    relay.stop().await;
    assert_eq!(world.bus.published_numbers(), [1, 2]);
    assert_eq!(world.bus.published()[1].seq, 500);
}

#[tokio::test]
async fn an_event_that_was_published_but_not_marked_has_one_effect() {
    let world = World::new().await;
    let group = world.handle(&Effects::new()).await;
    world.bus.feel(Mood::Mumbling);
    let relay = Relay::of(&world.hugs);
    world.tell([1]).await;
    until(async || world.streaks_database.effects().await == [1]).await;
    relay.stop().await;
    group.stop().await;
    assert_eq!(world.hugs.pending().await.unwrap(), 1);

    let world = world.restarted();
    let _group = world.handle(&Effects::new()).await;
    let relay = Relay::of(&world.hugs);
    world.tell([2]).await;
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    relay.stop().await;
    assert_eq!(world.bus.published_numbers(), [1, 2]);
    assert_eq!(world.streaks_database.effects().await, [1, 2]);
    assert_eq!(world.streaks_database.count("outbox").await, 2);
}

#[tokio::test]
async fn a_relay_that_is_told_to_stop_finishes_what_is_there() {
    let world = World::new().await;
    world.tell(0..250).await;
    Relay::of(&world.hugs).stop().await;
    let expected: Vec<i64> = (0..250).collect();
    assert_eq!(world.bus.published_numbers(), expected);
    assert_eq!(world.hugs.pending().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_on_one_database_keep_the_order() {
    let world = World::new().await;
    let other = if world.hugs_database.database.is_sqlite() {
        world.hugs.clone()
    } else {
        world.outbox(world.hugs_database.opened_again().await, "hugs")
    };
    let relays = [Relay::of(&world.hugs), Relay::of(&other)];
    for number in 0..100 {
        let outbox = if number % 2 == 0 { &world.hugs } else { &other };
        let work = outbox.begin(None).await.unwrap();
        work.emit(&Hugged::number(number)).await.unwrap();
        work.commit().await.unwrap();
    }
    for relay in relays {
        relay.stop().await;
    }
    let expected: Vec<i64> = (0..100).collect();
    assert_eq!(world.bus.published_numbers(), expected);
}

#[tokio::test]
async fn what_is_old_is_forgotten_but_never_what_is_still_to_be_relayed() {
    let world = World::new().await;
    let _group = world.handle(&Effects::new()).await;
    let relay = Relay::of(&world.hugs);
    world.tell([1]).await;
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    relay.stop().await;
    world.tell([2]).await;
    let (hugs, streaks) = (&world.hugs_database, &world.streaks_database);

    world.clock.advance(TimeDelta::days(8));
    world.hugs.prune().await.unwrap();
    world.streaks.prune().await.unwrap();
    assert_eq!((hugs.count("outbox").await, streaks.count("inbox").await), (1, 1));

    world.clock.advance(TimeDelta::days(30));
    world.hugs.prune().await.unwrap();
    world.streaks.prune().await.unwrap();
    assert_eq!((hugs.count("outbox").await, streaks.count("inbox").await), (1, 0));
    assert_eq!(world.hugs.pending().await.unwrap(), 1);
}

#[tokio::test]
async fn however_much_is_old_all_of_it_is_forgotten() {
    let world = World::new().await;
    let _group = world.handle(&Effects::new()).await;
    let relay = Relay::of(&world.hugs);
    let work = world.hugs.begin(None).await.unwrap();
    work.emit_all(&(0..2_001).map(Hugged::number).collect::<Vec<_>>()).await.unwrap();
    work.commit().await.unwrap();
    until(async || world.hugs.pending().await.unwrap() == 0).await;
    relay.stop().await;
    world.tell([2_001]).await;
    world.clock.advance(TimeDelta::days(31));
    world.hugs.prune().await.unwrap();
    world.streaks.prune().await.unwrap();
    let left = (world.hugs_database.count("outbox").await, world.streaks_database.count("inbox").await);
    assert_eq!(left, (1, 0));
}
