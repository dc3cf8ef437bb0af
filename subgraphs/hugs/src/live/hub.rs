//! Waking the live streams of this process, by whose log they follow.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use audience::Audience;
use ids::UserId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Topic;

/// Knows who is listening here. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hub {
    listeners: Arc<Mutex<HashMap<Topic, watch::Sender<()>>>>,
    closed: CancellationToken,
}

impl Hub {
    /// Wakes the streams of `topic`.
    pub(crate) fn wake(&self, topic: impl Into<Topic>) {
        if let Some(listener) = self.lock().get(&topic.into()) {
            listener.send_replace(());
        }
    }

    /// Wakes the streams of those of `people` who listen.
    pub(crate) fn wake_each(&self, people: &[UserId]) {
        let listeners = self.lock();
        for listener in people.iter().filter_map(|person| listeners.get(&Topic::Person(*person))) {
            listener.send_replace(());
        }
    }

    /// Takes part for `topic`, until dropped.
    pub(super) fn join(&self, topic: impl Into<Topic>) -> Seat {
        let topic = topic.into();
        let woken = self.lock().entry(topic).or_default().subscribe();
        Seat { hub: self.clone(), topic, woken }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, watch::Sender<()>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audience for Hub {
    fn hear(&self) {
        self.miss();
    }

    /// Wakes every stream.
    fn miss(&self) {
        for listener in self.lock().values() {
            listener.send_replace(());
        }
    }

    /// Streams look at their logs by themselves now and then.
    fn go_deaf(&self) {}

    fn close(&self) {
        self.closed.cancel();
    }
}

/// One stream's place in the hub.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Hub,
    topic: Topic,
    woken: watch::Receiver<()>,
}

impl Seat {
    /// Resolves once the topic was woken after the last time; true when the hub has closed.
    pub(super) async fn woken_or_closed(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.hub.closed.cancelled() => true,
            woken = self.woken.changed() => woken.is_err(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.hub.closed.is_cancelled()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut listeners = self.hub.lock();
        // The seat's own receiver is still counted.
        if listeners.get(&self.topic).is_some_and(|listener| listener.receiver_count() <= 1) {
            listeners.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use futures::FutureExt as _;

    use super::*;

    fn person() -> UserId {
        UserId::at(DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_wake_between_two_waits_is_not_lost() {
        let (hub, ada) = (Hub::default(), person());
        let mut seat = hub.join(ada);
        assert_eq!(seat.woken_or_closed().now_or_never(), None);
        hub.wake(ada);
        hub.wake(person());
        assert_eq!(seat.woken_or_closed().now_or_never(), Some(false));
        assert_eq!(seat.woken_or_closed().now_or_never(), None);
    }

    #[test]
    fn nobody_is_kept_in_mind_after_leaving() {
        let (hub, ada) = (Hub::default(), person());
        let (one, other) = (hub.join(ada), hub.join(ada));
        drop(one);
        assert_eq!(hub.lock().len(), 1);
        drop(other);
        assert_eq!(hub.lock().len(), 0);
    }

    #[test]
    fn closing_ends_the_streams_that_are_and_those_that_come() {
        let hub = Hub::default();
        let mut seat = hub.join(person());
        hub.close();
        assert_eq!(seat.woken_or_closed().now_or_never(), Some(true));
        assert!(hub.join(person()).is_closed());
    }
}
