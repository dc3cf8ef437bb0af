//! The bus in memory.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bus::{Bus, BusError, Consumption, Signal, memory::MemoryBus};
use futures::StreamExt;

use crate::{
    conformance::conformance,
    world::{Recorder, World, event, hugs, join, publishing, redelivery},
};

struct Memory(Arc<MemoryBus>);

impl Memory {
    fn new() -> Self {
        Self(Arc::new(MemoryBus::with_redelivery(redelivery())))
    }
}

#[async_trait]
impl World for Memory {
    async fn process(&self) -> Arc<dyn Bus> {
        self.0.clone()
    }
}

conformance!(Memory::new());

#[tokio::test]
async fn publishing_lasts_until_every_group_has_handled_the_events() {
    let bus = Memory::new().process().await;
    let (quick, slow) = (Recorder::new(), Recorder::new());
    let _one = join(&bus, "hugs.quick", &["hugs.*"], &quick).await;
    let _other = join(&bus, "hugs.slow", &["hugs.*"], &slow).await;
    slow.hold();
    let published = publishing(&bus, hugs(1..=2));
    quick.until_settled(2).await;
    slow.until(|log| log.offered == [1]).await;
    assert!(!published.is_finished());
    slow.release();
    published.await.unwrap();
    assert_eq!(slow.log().handled, [1, 2]);
}

#[tokio::test]
async fn nobody_answers_for_the_events_of_a_group_whose_last_member_has_left() {
    let bus = Memory::new().process().await;
    let recorder = Recorder::new();
    let member = join(&bus, "hugs.projection", &["hugs.*"], &recorder).await;
    recorder.hold();
    let waiting = tokio::spawn({
        let bus = bus.clone();
        async move { bus.publish(&hugs(1..=2)).await }
    });
    recorder.until(|log| log.offered == [1]).await;
    let stopping = tokio::spawn(member.stop());
    // The member sees that it has to stop before it could take the second event.
    tokio::task::yield_now().await;
    recorder.release();
    stopping.await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(BusError::Absent(group)) if group == "hugs.projection"));
    assert!(matches!(bus.publish(&hugs(3..=3)).await, Err(BusError::Absent(_))));
    bus.publish(&[event("moods", "MoodLogged", 4)]).await.expect("nobody wants it");
}

#[tokio::test]
async fn a_listener_that_falls_too_far_behind_is_told_of_a_gap() {
    let bus = Memory::new().process().await;
    let mut signals = bus.listen(&["hugs.*".to_owned()]).await.unwrap();
    bus.publish(&hugs(0..2000)).await.unwrap();
    assert!(matches!(signals.next().await, Some(Signal::Gap)));
    assert!(matches!(signals.next().await, Some(Signal::Event(_))));
}

#[tokio::test]
async fn members_that_stop_together_finish_what_they_have_in_hand_but_not_for_ever() {
    let bus = Memory::new().process().await;
    let (slow, stuck) = (Recorder::new(), Recorder::new());
    let members = [
        join(&bus, "hugs.stuck", &["hugs.*"], &stuck).await,
        join(&bus, "hugs.slow", &["hugs.*"], &slow).await,
    ];
    slow.hold();
    stuck.hold();
    let published = tokio::spawn({
        let bus = bus.clone();
        async move { bus.publish(&hugs(1..=1)).await }
    });
    for recorder in [&slow, &stuck] {
        recorder.until(|log| log.offered == [1]).await;
    }
    slow.release();
    Consumption::stop_all(members, Duration::from_secs(2)).await;
    assert_eq!(slow.log().handled, [1]);
    assert!(matches!(published.await.unwrap(), Err(BusError::Absent(group)) if group == "hugs.stuck"));
    stuck.release();
    let _again = join(&bus, "hugs.stuck", &["hugs.*"], &stuck).await;
    assert_eq!(stuck.until_settled(1).await.offered, [1, 1]);
}
