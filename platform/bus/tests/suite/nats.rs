//! The bus between processes.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use bus::{
    Bus,
    nats::{NatsBus, NatsOptions},
};
use chrono::TimeDelta;
use clock::{Clock, SystemClock};
use ids::EventId;

use crate::{
    conformance::conformance,
    nats_server::NatsServer,
    world::{DEADLINE, Recorder, World, event, hear, hear_until_gap, hugs, join, publishing, redelivery},
};

/// A server, and a stream on it that no other test uses.
struct Nats {
    url: String,
    options: NatsOptions,
    server: Option<NatsServer>,
}

impl Nats {
    async fn new() -> Self {
        match std::env::var("TEST_NATS_URL") {
            Ok(url) => Self { url, options: options(), server: None },
            Err(_) => Self::with_own_server().await,
        }
    }

    async fn with_own_server() -> Self {
        let server = NatsServer::start().await;
        Self { url: server.url(), options: options(), server: Some(server) }
    }

    fn server(&mut self) -> &mut NatsServer {
        self.server.as_mut().expect("this world has its own server")
    }
}

fn options() -> NatsOptions {
    let unique = EventId::at(SystemClock.now()).to_string();
    NatsOptions {
        stream: unique.to_uppercase(),
        prefix: unique,
        redelivery: redelivery(),
        ack_wait: Duration::from_secs(1),
    }
}

#[async_trait]
impl World for Nats {
    async fn process(&self) -> Arc<dyn Bus> {
        let bus = NatsBus::connect(&self.url, self.options.clone()).await;
        Arc::new(bus.expect("the address makes sense"))
    }
}

conformance!(Nats::new().await);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_and_listeners_survive_a_restart_of_the_server() {
    let mut world = Nats::with_own_server().await;
    let bus = world.process().await;
    let recorder = Recorder::new();
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    let mut signals = bus.listen(&["hugs.*".to_owned()]).await.unwrap();
    bus.publish(&hugs(1..=2)).await.unwrap();
    assert_eq!(hear(&mut signals, 2).await, [1, 2]);
    recorder.until_settled(2).await;
    bus.caught_up("hugs.projection", DEADLINE).await.expect("the server knows how far the group is");

    world.server().stop().await;
    assert!(bus.caught_up("hugs.projection", Duration::from_millis(100)).await.is_err());
    let late = hugs(3..=4);
    bus.publish(&late).await.expect_err("nobody stores it");
    world.server().start_again().await;

    // Event 3 may have been on its way all the time, and may be heard before the gap.
    let mut heard = hear_until_gap(&mut signals).await;
    bus.publish(&late).await.unwrap();
    bus.publish(&hugs(5..=5)).await.unwrap();
    assert_eq!(recorder.until_settled(5).await.offered, [1, 2, 3, 4, 5]);
    bus.caught_up("hugs.projection", DEADLINE).await.unwrap();
    heard.extend(hear(&mut signals, 3 - heard.len()).await);
    assert_eq!(heard, [3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_bus_has_answered_for_outlives_the_death_of_the_server() {
    let mut world = Nats::with_own_server().await;
    let bus = world.process().await;
    let recorder = Recorder::new();
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    bus.publish(&hugs(0..100)).await.unwrap();
    world.server().kill().await;
    world.server().start_again().await;
    // The server may have forgotten how far the group was; what comes again is for the inbox to drop.
    let log = recorder.until(|log| log.handled.last() == Some(&99)).await;
    let handled: BTreeSet<i64> = log.handled.into_iter().collect();
    assert_eq!(handled, (0..100).collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_may_start_before_the_server_does() {
    let mut world = Nats::with_own_server().await;
    world.server().stop().await;
    let bus = world.process().await;
    let recorder = Recorder::new();
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    world.server().start_again().await;
    tokio::time::timeout(DEADLINE, publishing(&bus, hugs(1..=1))).await.unwrap().unwrap();
    recorder.until(|log| log.handled == [1]).await;
}

#[test]
fn the_event_of_a_member_that_died_goes_to_another() {
    let survivors = tokio::runtime::Runtime::new().unwrap();
    let victim = tokio::runtime::Runtime::new().unwrap();
    let world = survivors.block_on(Nats::new());
    let (dying, living) = (Recorder::new(), Recorder::new());
    dying.hold();
    let _lost = victim.block_on(async {
        let bus = world.process().await;
        let member = join(&bus, "hugs.projection", &["hugs.HugSent"], &dying).await;
        bus.publish(&hugs(1..=2)).await.unwrap();
        dying.until(|log| log.offered == [1]).await;
        (bus, member)
    });
    // Its connection breaks without a word, in the middle of an event.
    victim.shutdown_background();
    survivors.block_on(async {
        let bus = world.process().await;
        let _member = join(&bus, "hugs.projection", &["hugs.HugSent"], &living).await;
        assert_eq!(living.until_settled(2).await.handled, [1, 2]);
    });
    assert!(dying.log().handled.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_takes_long_stays_with_its_member() {
    let world = Nats::new().await;
    let (here, there) = (world.process().await, world.process().await);
    let (slow, other) = (Recorder::new(), Recorder::new());
    slow.hold();
    let _one = join(&here, "hugs.projection", &["hugs.HugSent"], &slow).await;
    here.publish(&hugs(1..=1)).await.unwrap();
    slow.until(|log| log.offered == [1]).await;
    let _other = join(&there, "hugs.projection", &["hugs.HugSent"], &other).await;
    // Three times as long as the server waits without a sign of progress.
    let moved =
        tokio::time::timeout(Duration::from_secs(3), other.until(|log| !log.offered.is_empty())).await;
    assert!(moved.is_err(), "the event was offered to another member");
    slow.release();
    slow.until(|log| log.handled == [1]).await;
    there.caught_up("hugs.projection", DEADLINE).await.unwrap();
    assert!(other.log().offered.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_wants_more_than_before_keeps_its_place() {
    let world = Nats::new().await;
    let bus = world.process().await;
    let (before, after) = (Recorder::new(), Recorder::new());
    let member = join(&bus, "hugs.projection", &["hugs.HugSent"], &before).await;
    bus.publish(&hugs(1..=2)).await.unwrap();
    before.until_settled(2).await;
    member.stop().await;
    let _member = join(&bus, "hugs.projection", &["hugs.HugSent", "social.Blocked"], &after).await;
    bus.publish(&[event("social", "Blocked", 3)]).await.unwrap();
    bus.publish(&hugs(4..=4)).await.unwrap();
    assert_eq!(after.until_settled(2).await.offered, [3, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_member_and_a_new_one_that_wants_more_work_side_by_side() {
    let world = Nats::new().await;
    let (here, there) = (world.process().await, world.process().await);
    let recorder = Recorder::new();
    let _new = join(&here, "hugs.projection", &["hugs.HugSent", "hugs.HugSeen"], &recorder).await;
    here.publish(&hugs(1..=1)).await.unwrap();
    recorder.until_settled(1).await;
    let _old = join(&there, "hugs.projection", &["hugs.HugSent"], &recorder).await;
    for number in 2..=20 {
        here.publish(&hugs([number])).await.unwrap();
    }
    let expected: Vec<i64> = (1..=20).collect();
    assert_eq!(recorder.until_settled(20).await.offered, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_that_start_at_once_on_a_new_server_find_one_stream() {
    let world = Nats::with_own_server().await;
    let recorder = Recorder::new();
    let mut members = Vec::new();
    for number in 0..8 {
        let bus = world.process().await;
        let member = join(&bus, &format!("hugs.group-{number}"), &["hugs.HugSent"], &recorder).await;
        let published = publishing(&bus, hugs([number]));
        members.push((bus, member, published));
    }
    let mut handled = recorder.until_settled(64).await.handled;
    handled.sort_unstable();
    let expected: Vec<i64> = (0..64).map(|number| number / 8).collect();
    assert_eq!(handled, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_stream_holds_is_read_again_in_order_by_subject_and_time() {
    let world = Nats::new().await;
    let bus = world.process().await;
    let read = async |subjects: &[&str], since| {
        let subjects: Vec<String> = subjects.iter().map(|&subject| subject.to_owned()).collect();
        let events = world.process().await.history(&subjects, since).await.unwrap();
        events.into_iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    let before = SystemClock.now() - TimeDelta::seconds(5);
    assert!(read(&["hugs.*"], before).await.is_empty());
    bus.publish(&hugs(0..1_200)).await.unwrap();
    bus.publish(&[event("social", "Blocked", 1_200), event("hugs", "HugSeen", 1_201)]).await.unwrap();
    bus.publish(&hugs(1_202..=1_202)).await.unwrap();
    assert_eq!(read(&["hugs.HugSent", "social.*"], before).await, {
        let mut expected: Vec<i64> = (0..=1_202).collect();
        expected.remove(1_201);
        expected
    });
    assert_eq!(read(&["hugs.HugSeen"], before).await, [1_201]);
    assert!(read(&["hugs.*"], SystemClock.now() + TimeDelta::seconds(60)).await.is_empty());
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused() {
    assert!(NatsBus::connect("nats://127.0.0.1:no-port", options()).await.is_err());
}
