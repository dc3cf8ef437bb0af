//! An audience that is told each piece of news once, by person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ids::UserId;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::Audience;

/// How many pieces of news a stream may be behind; one that is further behind ends.
const CAPACITY: usize = 64;

/// Tells streams the news. Clones share their listeners.
#[derive(Debug)]
pub struct Hub<T> {
    listeners: Arc<Mutex<HashMap<UserId, broadcast::Sender<T>>>>,
    /// Whether the hub hears of what happens.
    hearing: Arc<watch::Sender<bool>>,
    closed: CancellationToken,
}

impl<T> Hub<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, broadcast::Sender<T>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Hub<T> {
    /// Who listens.
    #[must_use]
    pub fn people(&self) -> Vec<UserId> {
        self.lock().keys().copied().collect()
    }

    /// Tells the streams of `person` what there is.
    pub fn tell(&self, person: UserId, news: T) {
        if let Some(listener) = self.lock().get(&person) {
            // Nobody is there any more when this fails; the last one to leave takes the listener along.
            let _ = listener.send(news);
        }
    }

    /// Whether the process stops.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Takes part for `person` as soon as the hub hears, until dropped.
    pub async fn join(&self, person: UserId) -> Seat<T> {
        let mut hearing = self.hearing.subscribe();
        loop {
            // It can't fail: the hub is here.
            let _ = self.closed.run_until_cancelled(hearing.wait_for(|hearing| *hearing)).await;
            if let Some(news) = self.listen(person) {
                return Seat { news: Some(news), hub: self.clone(), person };
            }
        }
    }

    /// None when the hub has gone deaf meanwhile. Looked at with the listeners in hand: whoever came in between would
    /// neither be told anything nor that something is missed.
    fn listen(&self, person: UserId) -> Option<broadcast::Receiver<T>> {
        let mut listeners = self.lock();
        if !*self.hearing.borrow() && !self.is_closed() {
            return None;
        }
        let listener = listeners.entry(person).or_insert_with(|| broadcast::channel(CAPACITY).0);
        Some(listener.subscribe())
    }
}

impl<T> Audience for Hub<T> {
    fn hear(&self) {
        self.hearing.send_replace(true);
    }

    /// Ends every stream there is.
    fn miss(&self) {
        self.lock().clear();
    }

    fn go_deaf(&self) {
        self.hearing.send_replace(false);
        self.miss();
    }

    fn close(&self) {
        self.closed.cancel();
    }
}

impl<T> Clone for Hub<T> {
    fn clone(&self) -> Self {
        Self { listeners: self.listeners.clone(), hearing: self.hearing.clone(), closed: self.closed.clone() }
    }
}

impl<T> Default for Hub<T> {
    fn default() -> Self {
        Self { listeners: Arc::default(), hearing: Arc::default(), closed: CancellationToken::default() }
    }
}

/// One stream's place in the hub.
#[derive(Debug)]
pub struct Seat<T> {
    news: Option<broadcast::Receiver<T>>,
    hub: Hub<T>,
    person: UserId,
}

impl<T: Clone> Seat<T> {
    /// The next piece of news; `None` when one may have been missed, and when the process stops.
    pub async fn next(&mut self) -> Option<T> {
        let news = self.news.as_mut()?;
        tokio::select! {
            biased;
            () = self.hub.closed.cancelled() => None,
            next = news.recv() => next.ok(),
        }
    }
}

impl<T> Drop for Seat<T> {
    fn drop(&mut self) {
        // Left before counting who is still there.
        self.news = None;
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

    fn hearing() -> Hub<&'static str> {
        let hub = Hub::default();
        hub.hear();
        hub
    }

    #[tokio::test]
    async fn every_stream_of_a_person_hears_the_news_and_nobody_elses_does() {
        let (hub, ada) = (hearing(), person());
        let (mut phone, mut tablet) = (hub.join(ada).await, hub.join(ada).await);
        let mut stranger = hub.join(person()).await;
        hub.tell(ada, "spring");
        assert_eq!(phone.next().now_or_never(), Some(Some("spring")));
        assert_eq!(tablet.next().now_or_never(), Some(Some("spring")));
        assert_eq!(stranger.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_that_may_have_missed_something_ends() {
        let (hub, ada) = (hearing(), person());
        let mut slow = hub.join(ada).await;
        for _ in 0..=CAPACITY {
            hub.tell(ada, "more");
        }
        assert_eq!(slow.next().now_or_never(), Some(None));
        let mut cut_off = hub.join(ada).await;
        hub.miss();
        assert_eq!(cut_off.next().now_or_never(), Some(None));
        assert_eq!(hub.join(ada).await.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_begins_when_the_hub_hears() {
        let (hub, ada) = (Hub::<&str>::default(), person());
        assert!(hub.join(ada).now_or_never().is_none());
        hub.hear();
        let mut seat = hub.join(ada).await;
        hub.go_deaf();
        assert_eq!(seat.next().now_or_never(), Some(None));
        assert!(hub.join(ada).now_or_never().is_none());
        assert!(hub.listen(ada).is_none(), "nor does one that heard it hear a moment ago");
        assert_eq!(hub.people(), []);
    }

    #[tokio::test]
    async fn nobody_is_kept_in_mind_after_leaving() {
        let (hub, ada) = (hearing(), person());
        let (one, other) = (hub.join(ada).await, hub.join(ada).await);
        drop(one);
        assert_eq!(hub.people(), [ada]);
        drop(other);
        assert_eq!(hub.people(), []);
    }

    #[tokio::test]
    async fn closing_ends_the_streams_that_are_and_those_that_come() {
        let hub = hearing();
        let mut seat = hub.join(person()).await;
        hub.go_deaf();
        hub.close();
        assert!(hub.is_closed());
        assert_eq!(seat.next().now_or_never(), Some(None));
        assert_eq!(hub.join(person()).await.next().now_or_never(), Some(None));
    }
}
