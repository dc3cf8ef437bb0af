//! Equal queries to a subgraph that are under way at the same time: sent once, and all of them get the answer.
//!
//! Whoever waits drives the fetch, so that it goes on as long as anybody waits, and ends with the last one's leaving.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ahash::RandomState;
use bytes::Bytes;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use http::HeaderMap;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::{passport::Vouched, time_limit::TimeLimit};
use crate::{engine::upstream::UpstreamError, trace};

type Answer = Result<Bytes, UpstreamError>;
type Flights = HashMap<Arc<Key>, Weak<Flight>, RandomState>;

/// How many writes have ended, and how many events have told of others' writes. A query that was sent before one of them
/// is not joined after it, or a client might not see what it has just written, and an event not what it is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes(Arc<AtomicU64>);

/// A write under way.
#[derive(Debug)]
pub(super) struct Write<'writes>(&'writes Writes);

impl Writes {
    pub(super) fn begin(&self) -> Write<'_> {
        Write(self)
    }

    /// An event came: something has been written.
    pub(super) fn heard(&self) {
        drop(self.begin());
    }

    fn ended(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The whole request as it goes out, without what differs in every request and means nothing to its answer. It is
/// compared in full: a hash alone could be made to collide with somebody else's.
#[derive(PartialEq, Eq)]
pub(super) struct Key {
    hash: u64,
    writes: u64,
    vouched: Vouched,
    headers: HeaderMap,
    body: Bytes,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The queries to one subgraph that are under way.
#[derive(Clone)]
pub(super) struct InFlight {
    flights: Arc<Mutex<Flights>>,
    hasher: RandomState,
    writes: Writes,
}

impl std::fmt::Debug for InFlight {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "InFlight({})", self.lock().len())
    }
}

/// One fetch, held by all who wait for it.
struct Flight {
    key: Arc<Key>,
    answer: Shared<BoxFuture<'static, Answer>>,
    limit: Arc<TimeLimit>,
    span: Span,
    among: InFlight,
}

impl InFlight {
    pub(super) fn new(writes: Writes) -> Self {
        Self { flights: Arc::default(), hasher: RandomState::new(), writes }
    }

    pub(super) fn key(&self, body: Bytes, headers: HeaderMap, vouched: Vouched) -> Key {
        // The order of header names means nothing, so it mustn't change the sum either.
        let headers_hash =
            headers.iter().fold(0_u64, |sum, header| sum.wrapping_add(self.hasher.hash_one(header)));
        let hash = self.hasher.hash_one((&*body, headers_hash));
        Key { hash, writes: self.writes.ended(), vouched, headers, body }
    }

    /// The answer of an equal query that is under way, or else of the one that `send` makes. Everybody waits for at most
    /// `each`, counted from when they came.
    pub(super) async fn answer(
        &self,
        key: Key,
        each: Duration,
        send: impl FnOnce(Arc<TimeLimit>) -> BoxFuture<'static, Answer>,
    ) -> Answer {
        let (flight, joined) = self.board(Arc::new(key), each, send);
        tokio::select! {
            biased;
            answer = flight.answer.clone() => answer,
            () = flight.limit.overstayed(joined) => Err(UpstreamError::Timeout),
        }
    }

    fn board(
        &self,
        key: Arc<Key>,
        each: Duration,
        send: impl FnOnce(Arc<TimeLimit>) -> BoxFuture<'static, Answer>,
    ) -> (Arc<Flight>, Instant) {
        // Outlives the lock: dropping a flight takes it.
        let known;
        let mut flights = self.lock();
        known = flights.get(&key).and_then(Weak::upgrade);
        if let Some(flight) = &known
            && flight.answer.peek().is_none()
            && let Some(joined) = flight.limit.join()
        {
            trace::note_joined(&Span::current(), &flight.span);
            return (Arc::clone(flight), joined);
        }
        let limit = Arc::new(TimeLimit::new(each));
        let beginning = limit.beginning();
        let span = Span::current();
        let answer = send(Arc::clone(&limit)).instrument(span.clone()).boxed().shared();
        let flight = Arc::new(Flight { key: Arc::clone(&key), answer, limit, span, among: self.clone() });
        flights.insert(key, Arc::downgrade(&flight));
        (flight, beginning)
    }

    fn lock(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut flights = self.among.lock();
        // Another one may have taken the place.
        if flights.get(&self.key).is_some_and(|known| std::ptr::eq(known.as_ptr(), self)) {
            flights.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::atomic::AtomicUsize};

    use futures::{FutureExt as _, poll};
    use tokio::{
        sync::oneshot,
        time::{advance, timeout},
    };

    use super::*;

    const EACH: Duration = Duration::from_secs(10);

    /// Requests that all ask the same.
    struct Asking {
        in_flight: InFlight,
        writes: Writes,
        sent: Arc<AtomicUsize>,
    }

    impl Asking {
        fn new() -> Self {
            let writes = Writes::default();
            Self { in_flight: InFlight::new(writes.clone()), writes, sent: Arc::default() }
        }

        fn ask<'a>(
            &'a self,
            answer: impl Future<Output = Answer> + Send + 'static,
        ) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
            let key = self.in_flight.key("{}".into(), HeaderMap::new(), Vouched::of(None));
            let sent = Arc::clone(&self.sent);
            let send = |limit: Arc<TimeLimit>| {
                async move {
                    sent.fetch_add(1, Ordering::SeqCst);
                    limit.hold(answer).await
                }
                .boxed()
            };
            Box::pin(self.in_flight.answer(key, EACH, send))
        }

        fn sent(&self) -> usize {
            self.sent.load(Ordering::SeqCst)
        }
    }

    fn answered(answer: oneshot::Receiver<&'static str>) -> impl Future<Output = Answer> + Send {
        answer.map(|text| Ok(Bytes::from_static(text.expect("the test answers").as_bytes())))
    }

    #[tokio::test]
    async fn those_who_stay_are_answered_when_the_first_one_leaves() {
        let asking = Asking::new();
        let (answer, answer_rx) = oneshot::channel();
        let mut first = asking.ask(answered(answer_rx));
        let (mut second, mut third) = (asking.ask(pending()), asking.ask(pending()));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        assert!(poll!(&mut third).is_pending());
        drop(first);
        drop(third);
        answer.send("yes").unwrap();
        assert_eq!(second.await.unwrap(), "yes");
        assert_eq!(asking.sent(), 1);
        assert_eq!(asking.in_flight.lock().len(), 0);
    }

    #[tokio::test]
    async fn the_fetch_is_dropped_at_once_when_all_have_left() {
        let asking = Asking::new();
        let (mut answer, answer_rx) = oneshot::channel();
        let mut first = asking.ask(answered(answer_rx));
        let mut second = asking.ask(pending());
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop(first);
        assert!(poll!(Box::pin(answer.closed())).is_pending(), "the second one waits");
        drop(second);
        assert!(answer.is_closed());
        assert_eq!(asking.in_flight.lock().len(), 0);
    }

    #[tokio::test]
    async fn what_has_been_answered_is_not_answered_again() {
        let asking = Asking::new();
        let mut first = asking.ask(async { Ok(Bytes::from_static(b"old")) });
        assert_eq!((&mut first).await.unwrap(), "old");
        assert_eq!(asking.ask(async { Ok(Bytes::from_static(b"new")) }).await.unwrap(), "new");
        assert_eq!(asking.sent(), 2);
    }

    #[tokio::test]
    async fn a_query_after_a_write_does_not_join_one_from_before_it() {
        let asking = Asking::new();
        let mut before = asking.ask(pending());
        assert!(poll!(&mut before).is_pending());
        drop(asking.writes.begin());
        assert_eq!(asking.ask(async { Ok(Bytes::from_static(b"new")) }).await.unwrap(), "new");
        assert_eq!(asking.in_flight.lock().len(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_everybodys() {
        let asking = Asking::new();
        let (fail, failed) = oneshot::channel::<()>();
        let mut first = asking.ask(failed.map(|_| Err(UpstreamError::Status(503, None))));
        let mut second = asking.ask(pending());
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        fail.send(()).unwrap();
        for answer in [first.await, second.await] {
            assert!(matches!(answer, Err(UpstreamError::Status(503, None))), "{answer:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_waits_for_its_own_time_and_the_fetch_for_the_last_of_them() {
        let asking = Asking::new();
        let (mut answer, answer_rx) = oneshot::channel();
        let mut first = asking.ask(answered(answer_rx));
        assert!(poll!(&mut first).is_pending());
        advance(EACH / 2).await;
        let mut second = asking.ask(pending());
        assert!(poll!(&mut second).is_pending());
        let early = timeout(EACH / 2 + Duration::from_millis(1), &mut first).await;
        assert!(matches!(early, Ok(Err(UpstreamError::Timeout))), "{early:?}");
        drop(first);
        assert!(poll!(&mut second).is_pending());
        assert!(!answer.is_closed());
        let late = timeout(EACH / 2 + Duration::from_millis(1), &mut second).await;
        assert!(matches!(late, Ok(Err(UpstreamError::Timeout))), "{late:?}");
        assert!(poll!(Box::pin(answer.closed())).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_joins_a_fetch_that_has_taken_the_time_of_its_first_one() {
        let asking = Asking::new();
        let mut first = asking.ask(pending());
        assert!(poll!(&mut first).is_pending());
        advance(EACH / 2).await;
        let mut second = asking.ask(pending());
        assert!(poll!(&mut second).is_pending());
        advance(EACH / 2).await;
        assert_eq!(asking.ask(async { Ok(Bytes::from_static(b"new")) }).await.unwrap(), "new");
        assert_eq!(asking.sent(), 2);
    }

    #[test]
    fn only_the_same_body_headers_and_client_make_the_same_key() {
        let in_flight = InFlight::new(Writes::default());
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let entry =
                |&(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value));
            pairs.iter().map(entry).collect::<HeaderMap>()
        };
        let key = |body: &'static str, pairs| in_flight.key(body.into(), headers(pairs), Vouched::of(None));
        let one = key("{}", &[("a", "1"), ("b", "2")]);
        assert!(one == key("{}", &[("b", "2"), ("a", "1")]));
        assert!(one != key("{ }", &[("a", "1"), ("b", "2")]));
        assert!(one != key("{}", &[("a", "2"), ("b", "1")]));
        assert!(one != key("{}", &[("a", "1")]));
    }
}
