//! Who listens in this process, by person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ids::{MoodId, UserId};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// How many entries a stream may be behind; one that is further behind ends.
const CAPACITY: usize = 64;

/// Tells streams of new entries. Clones share their listeners.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hub {
    listeners: Arc<Mutex<HashMap<UserId, broadcast::Sender<MoodId>>>>,
    /// Whether the hub hears of what is logged.
    hearing: Arc<watch::Sender<bool>>,
    closed: CancellationToken,
}

impl Hub {
    /// Tells the streams of `person` that they logged `entry`.
    pub(super) fn tell(&self, person: UserId, entry: MoodId) {
        if let Some(listener) = self.lock().get(&person) {
            // Nobody is there any more when this fails; the last one to leave takes the listener along.
            let _ = listener.send(entry);
        }
    }

    /// The hub hears of what is logged from now on.
    pub(super) fn hear(&self) {
        self.hearing.send_replace(true);
    }

    /// Ends every stream there is: something may have been missed.
    pub(super) fn interrupt(&self) {
        self.lock().clear();
    }

    /// The hub hears nothing any more, and ends every stream there is.
    pub(super) fn go_deaf(&self) {
        self.hearing.send_replace(false);
        self.interrupt();
    }

    /// Ends every stream, now and from now on: the process stops.
    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// Whether the process stops.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Takes part for `person` as soon as the hub hears, until dropped.
    pub(super) async fn join(&self, person: UserId) -> Seat {
        let mut hearing = self.hearing.subscribe();
        // It fails when the hub is gone, and then there is nothing to hear.
        let _ = self.closed.run_until_cancelled(hearing.wait_for(|hearing| *hearing)).await;
        let mut listeners = self.lock();
        let listener = listeners.entry(person).or_insert_with(|| broadcast::channel(CAPACITY).0);
        Seat { entries: Some(listener.subscribe()), hub: self.clone(), person }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, broadcast::Sender<MoodId>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's place in the hub.
#[derive(Debug)]
pub(super) struct Seat {
    entries: Option<broadcast::Receiver<MoodId>>,
    hub: Hub,
    person: UserId,
}

impl Seat {
    /// The next entry; `None` when one may have been missed, and when the process stops.
    pub(super) async fn next(&mut self) -> Option<MoodId> {
        let entries = self.entries.as_mut()?;
        tokio::select! {
            biased;
            () = self.hub.closed.cancelled() => None,
            entry = entries.recv() => entry.ok(),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // Left before counting who is still there.
        self.entries = None;
        let mut listeners = self.hub.lock();
        if listeners.get(&self.person).is_some_and(|listener| listener.receiver_count() == 0) {
            listeners.remove(&self.person);
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

    fn entry() -> MoodId {
        MoodId::at(DateTime::UNIX_EPOCH)
    }

    fn hearing() -> Hub {
        let hub = Hub::default();
        hub.hear();
        hub
    }

    #[tokio::test]
    async fn every_stream_of_a_person_hears_of_an_entry_and_nobody_elses_does() {
        let (hub, ada, entry) = (hearing(), person(), entry());
        let (mut phone, mut tablet) = (hub.join(ada).await, hub.join(ada).await);
        let mut stranger = hub.join(person()).await;
        hub.tell(ada, entry);
        assert_eq!(phone.next().now_or_never(), Some(Some(entry)));
        assert_eq!(tablet.next().now_or_never(), Some(Some(entry)));
        assert_eq!(stranger.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_that_may_have_missed_something_ends() {
        let (hub, ada) = (hearing(), person());
        let mut slow = hub.join(ada).await;
        for _ in 0..=CAPACITY {
            hub.tell(ada, entry());
        }
        assert_eq!(slow.next().now_or_never(), Some(None));
        let mut cut_off = hub.join(ada).await;
        hub.interrupt();
        assert_eq!(cut_off.next().now_or_never(), Some(None));
        assert_eq!(hub.join(ada).await.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_begins_when_the_hub_hears() {
        let (hub, ada) = (Hub::default(), person());
        assert!(hub.join(ada).now_or_never().is_none());
        hub.hear();
        let mut seat = hub.join(ada).await;
        hub.go_deaf();
        assert_eq!(seat.next().now_or_never(), Some(None));
        assert!(hub.join(ada).now_or_never().is_none());
    }

    #[tokio::test]
    async fn nobody_is_kept_in_mind_after_leaving() {
        let (hub, ada) = (hearing(), person());
        let (one, other) = (hub.join(ada).await, hub.join(ada).await);
        drop(one);
        assert_eq!(hub.lock().len(), 1);
        drop(other);
        assert_eq!(hub.lock().len(), 0);
    }

    #[tokio::test]
    async fn closing_ends_the_streams_that_are_and_those_that_come() {
        let hub = hearing();
        let mut seat = hub.join(person()).await;
        hub.go_deaf();
        hub.close();
        assert_eq!(seat.next().now_or_never(), Some(None));
        assert_eq!(hub.join(person()).await.next().now_or_never(), Some(None));
    }
}
