//! What every bus must do.
#![expect(clippy::unwrap_used, reason = "every function here is the body of a test")]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bus::{Bus, BusError, Group};

use crate::world::{DEADLINE, MAX_ATTEMPTS, Recorder, Trouble, World, event, hear, hugs, join, publishing};

/// Makes a test of each promise, in the world that the expression builds.
macro_rules! conformance {
    ($world:expr) => {
        $crate::conformance::conformance! { $world;
            every_group_gets_every_event_in_order
            a_group_of_two_members_handles_each_event_once_and_in_order
            a_failed_event_comes_again_before_the_next_one
            an_event_that_fails_too_often_is_given_up_and_those_behind_it_go_on
            an_event_is_never_given_up_because_a_database_is_away
            a_handler_that_panics_has_failed_and_its_group_goes_on
            a_group_gets_only_what_it_asked_for
            what_was_published_while_a_group_was_away_waits_for_it
            stopping_finishes_the_event_in_hand
            an_event_published_twice_is_handled_once
            every_listener_hears_each_event_once
            a_listener_hears_only_what_it_asked_for
            a_group_is_behind_until_it_has_handled_what_was_published
            what_a_group_is_said_to_have_caught_up_with_has_had_its_effect
            nobody_vouches_for_a_group_that_does_not_exist
            what_is_no_subject_or_name_is_refused
        }
    };
    ($world:expr; $($promise:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            let world = $world;
            $crate::conformance::$promise(&world).await;
        }
    )+};
}
pub(crate) use conformance;

pub(crate) async fn every_group_gets_every_event_in_order(world: &impl World) {
    let bus = world.process().await;
    let (projection, worker) = (Recorder::new(), Recorder::new());
    let _one = join(&bus, "hugs.projection", &["hugs.HugSent"], &projection).await;
    let _other = join(&bus, "hugs.worker", &["hugs.*"], &worker).await;
    for batch in 0..10 {
        bus.publish(&hugs(batch * 10..(batch + 1) * 10)).await.unwrap();
    }
    let expected: Vec<i64> = (0..100).collect();
    assert_eq!(projection.until_settled(100).await.handled, expected);
    assert_eq!(worker.until_settled(100).await.handled, expected);
}

pub(crate) async fn a_group_of_two_members_handles_each_event_once_and_in_order(world: &impl World) {
    let (here, there) = (world.process().await, world.process().await);
    let recorder = Recorder::new();
    let one = join(&here, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    let _other = join(&there, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    here.publish(&hugs(0..50)).await.unwrap();
    one.stop().await;
    there.publish(&hugs(50..100)).await.unwrap();
    let expected: Vec<i64> = (0..100).collect();
    assert_eq!(recorder.until_settled(100).await.handled, expected);
}

pub(crate) async fn a_failed_event_comes_again_before_the_next_one(world: &impl World) {
    let bus = world.process().await;
    let recorder = Recorder::troubled([(2, Trouble::Fails { times: MAX_ATTEMPTS - 1 })]);
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    bus.publish(&hugs(1..=3)).await.unwrap();
    let log = recorder.until_settled(3).await;
    assert_eq!(log.offered, [1, 2, 2, 2, 3]);
    assert_eq!(log.handled, [1, 2, 3]);
    assert!(log.given_up.is_empty());
}

pub(crate) async fn an_event_that_fails_too_often_is_given_up_and_those_behind_it_go_on(world: &impl World) {
    let bus = world.process().await;
    let recorder = Recorder::troubled([(2, Trouble::Fails { times: u32::MAX })]);
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    bus.publish(&hugs(1..=4)).await.unwrap();
    let log = recorder.until_settled(4).await;
    assert_eq!(log.offered, [1, 2, 2, 2, 3, 4]);
    assert_eq!((log.handled, log.given_up), (vec![1, 3, 4], vec![2]));
}

pub(crate) async fn an_event_is_never_given_up_because_a_database_is_away(world: &impl World) {
    let bus = world.process().await;
    let recorder = Recorder::troubled([(1, Trouble::LacksSomething { times: MAX_ATTEMPTS * 4 })]);
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    bus.publish(&hugs(1..=2)).await.unwrap();
    let log = recorder.until_settled(2).await;
    assert_eq!((log.handled, log.given_up), (vec![1, 2], vec![]));
}

pub(crate) async fn a_handler_that_panics_has_failed_and_its_group_goes_on(world: &impl World) {
    let bus = world.process().await;
    let trouble = [(1, Trouble::Panics { times: 1 }), (2, Trouble::Panics { times: u32::MAX })];
    let recorder = Recorder::troubled(trouble);
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    bus.publish(&hugs(1..=3)).await.unwrap();
    let log = recorder.until_settled(3).await;
    assert_eq!((log.handled, log.given_up), (vec![1, 3], vec![2]));
}

pub(crate) async fn a_group_gets_only_what_it_asked_for(world: &impl World) {
    let bus = world.process().await;
    let (several, one_producer) = (Recorder::new(), Recorder::new());
    let _one = join(&bus, "hugs.projection", &["social.*", "auth.UserRegistered"], &several).await;
    let _other = join(&bus, "streaks.worker", &["hugs.HugSeen", "hugs.HugThanked"], &one_producer).await;
    let events = [
        event("auth", "UserRegistered", 1),
        event("auth", "SessionRevoked", 2),
        event("hugs", "HugSent", 3),
        event("social", "Blocked", 4),
        event("hugs", "HugThanked", 5),
        event("social", "FollowCreated", 6),
        event("hugs", "HugSeen", 7),
    ];
    bus.publish(&events).await.unwrap();
    assert_eq!(several.until_settled(3).await.offered, [1, 4, 6]);
    assert_eq!(one_producer.until_settled(2).await.offered, [5, 7]);
    bus.caught_up("hugs.projection", DEADLINE).await.unwrap();
    assert_eq!(several.log().offered, [1, 4, 6]);
}

pub(crate) async fn what_was_published_while_a_group_was_away_waits_for_it(world: &impl World) {
    let bus = world.process().await;
    let (before, after) = (Recorder::new(), Recorder::new());
    let member = join(&bus, "hugs.projection", &["hugs.HugSent"], &before).await;
    bus.publish(&hugs(1..=2)).await.unwrap();
    before.until_settled(2).await;
    member.stop().await;
    let published = publishing(&bus, hugs(3..=4));
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &after).await;
    assert_eq!(after.until_settled(2).await.offered, [3, 4]);
    published.await.unwrap();
    assert_eq!(before.log().offered, [1, 2]);
}

pub(crate) async fn stopping_finishes_the_event_in_hand(world: &impl World) {
    let bus = world.process().await;
    let (before, after) = (Recorder::new(), Recorder::new());
    let member = join(&bus, "hugs.projection", &["hugs.HugSent"], &before).await;
    before.hold();
    let published = publishing(&bus, hugs(1..=3));
    before.until(|log| log.offered == [1]).await;
    let stopping = tokio::spawn(member.stop());
    tokio::task::yield_now().await;
    before.release();
    tokio::time::timeout(DEADLINE, stopping).await.unwrap().unwrap();
    let handled = before.log().handled;
    assert!(handled.starts_with(&[1]), "{handled:?}");
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &after).await;
    let rest = after.until_settled(3 - handled.len()).await.handled;
    assert_eq!([handled, rest].concat(), [1, 2, 3]);
    published.await.unwrap();
}

pub(crate) async fn an_event_published_twice_is_handled_once(world: &impl World) {
    let (here, there) = (world.process().await, world.process().await);
    let recorder = Recorder::new();
    let _member = join(&here, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    let mut events = hugs(1..=2);
    here.publish(&events).await.unwrap();
    // As after a crash between publishing and noting so: the whole batch again, and one more.
    events.extend(hugs(3..=3));
    there.publish(&events).await.unwrap();
    assert_eq!(recorder.until_settled(3).await.offered, [1, 2, 3]);
}

pub(crate) async fn every_listener_hears_each_event_once(world: &impl World) {
    let (here, there) = (world.process().await, world.process().await);
    let subjects = ["hugs.HugSent".to_owned(), "hugs.*".to_owned()];
    let mut listeners = vec![
        here.listen(&subjects).await.unwrap(),
        here.listen(&subjects[..1]).await.unwrap(),
        there.listen(&subjects[1..]).await.unwrap(),
    ];
    let first = hugs(1..=2);
    here.publish(&first).await.unwrap();
    there.publish(&first).await.unwrap();
    there.publish(&hugs(3..=3)).await.unwrap();
    for listener in &mut listeners {
        assert_eq!(hear(listener, 3).await, [1, 2, 3]);
    }
}

pub(crate) async fn a_listener_hears_only_what_it_asked_for(world: &impl World) {
    let bus = world.process().await;
    let mut several = bus.listen(&["hugs.*".to_owned(), "social.*".to_owned()]).await.unwrap();
    let mut seen = bus.listen(&["hugs.HugSeen".to_owned()]).await.unwrap();
    let events = [
        event("hugs", "HugSent", 1),
        event("social", "Blocked", 2),
        event("auth", "SessionRevoked", 3),
        event("hugs", "HugSeen", 4),
    ];
    bus.publish(&events).await.unwrap();
    let heard = hear(&mut several, 3).await;
    assert_eq!(heard.iter().collect::<BTreeSet<_>>(), [1, 2, 4].iter().collect());
    assert_eq!(hear(&mut seen, 1).await, [4]);
}

pub(crate) async fn a_group_is_behind_until_it_has_handled_what_was_published(world: &impl World) {
    let (here, there) = (world.process().await, world.process().await);
    let recorder = Recorder::new();
    let _member = join(&here, "hugs.projection", &["hugs.HugSent", "social.*"], &recorder).await;
    here.caught_up("hugs.projection", DEADLINE).await.expect("nothing was published yet");
    recorder.hold();
    let published = publishing(&here, hugs(1..=3));
    recorder.until(|log| log.offered == [1]).await;
    for bus in [&here, &there] {
        let behind = bus.caught_up("hugs.projection", Duration::from_millis(50)).await;
        assert_eq!(behind.unwrap_err().group, "hugs.projection");
    }
    recorder.release();
    published.await.unwrap();
    for bus in [&here, &there] {
        bus.caught_up("hugs.projection", DEADLINE).await.unwrap();
    }
    assert_eq!(recorder.log().handled, [1, 2, 3]);
}

pub(crate) async fn what_a_group_is_said_to_have_caught_up_with_has_had_its_effect(world: &impl World) {
    let bus = world.process().await;
    let recorder = Recorder::new();
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent", "social.*"], &recorder).await;
    for number in 0..100 {
        bus.publish(&hugs([number])).await.unwrap();
        bus.caught_up("hugs.projection", DEADLINE).await.unwrap();
        assert_eq!(recorder.log().handled.last(), Some(&number));
        // An event that the group doesn't want keeps nobody waiting.
        bus.publish(&[event("moods", "MoodLogged", number)]).await.unwrap();
        bus.caught_up("hugs.projection", DEADLINE).await.unwrap();
    }
}

pub(crate) async fn nobody_vouches_for_a_group_that_does_not_exist(world: &impl World) {
    let bus = world.process().await;
    bus.publish(&hugs(1..=1)).await.unwrap();
    assert!(bus.caught_up("hugs.nobody", Duration::from_millis(50)).await.is_err());
}

pub(crate) async fn what_is_no_subject_or_name_is_refused(world: &impl World) {
    let bus: Arc<dyn Bus> = world.process().await;
    let recorder = Recorder::new();
    let wrong = bus.consume(Group::new("hugs.projection", ["hugs"]), recorder.clone()).await;
    assert!(matches!(wrong, Err(BusError::Subject(subject)) if subject == "hugs"));
    let wrong = bus.consume(Group::new("hugs_projection", ["hugs.*"]), recorder).await;
    assert!(matches!(wrong, Err(BusError::GroupName(name)) if name == "hugs_projection"));
    assert!(matches!(bus.listen(&["*.*".to_owned()]).await, Err(BusError::Subject(_))));
}
