//! Sessions that ended before their tokens did.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use clock::SharedClock;
use tokio_util::sync::CancellationToken;

/// The deny-list: session id and until when its tokens could still be shown. Clones share it.
#[derive(Debug, Clone)]
pub struct Revocations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    clock: SharedClock,
}

#[derive(Debug, Default)]
struct State {
    until: HashMap<String, DateTime<Utc>>,
    /// Beyond this size the list is cleared of what has expired.
    prune_at: usize,
    watched: HashMap<String, Watched>,
}

#[derive(Debug)]
struct Watched {
    watchers: usize,
    ended: CancellationToken,
}

impl Revocations {
    pub fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Shared { state: Mutex::new(State { prune_at: 1_024, ..State::default() }), clock }))
    }

    /// From now on the session's tokens are refused and its streams end. `until` is when its last token expires.
    pub fn revoke(&self, session: &str, until: DateTime<Utc>) {
        let now = self.0.clock.now();
        let mut state = self.lock();
        if let Some(watched) = state.watched.get(session) {
            watched.ended.cancel();
        }
        let last = state.until.entry(session.to_owned()).or_insert(until);
        *last = until.max(*last);
        if state.until.len() > state.prune_at {
            state.until.retain(|_, until| *until > now);
            state.prune_at = (state.until.len() * 2).max(1_024);
        }
    }

    pub fn is_revoked(&self, session: &str) -> bool {
        let state = self.lock();
        !state.until.is_empty() && state.until.get(session).is_some_and(|until| *until > self.0.clock.now())
    }

    /// Hears of the end of one session for as long as it is kept.
    pub fn watch(&self, session: &str) -> SessionWatch {
        let revoked = self.is_revoked(session);
        let mut state = self.lock();
        let watched = state
            .watched
            .entry(session.to_owned())
            .or_insert_with(|| Watched { watchers: 0, ended: CancellationToken::new() });
        watched.watchers += 1;
        if revoked {
            watched.ended.cancel();
        }
        SessionWatch { revocations: self.clone(), session: session.to_owned(), ended: watched.ended.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a session's end.
#[derive(Debug)]
pub struct SessionWatch {
    revocations: Revocations,
    session: String,
    ended: CancellationToken,
}

impl SessionWatch {
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        let mut state = self.revocations.lock();
        if let Some(watched) = state.watched.get_mut(&self.session) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                state.watched.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use clock::ManualClock;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[tokio::test]
    async fn a_revoked_session_is_refused_until_its_tokens_are_gone_and_its_watchers_are_told() {
        let clock = Arc::new(ManualClock::at(at(0)));
        let revocations = Revocations::new(clock.clone());
        let (one, other) = (revocations.watch("one"), revocations.watch("other"));
        revocations.revoke("one", at(60));
        one.ended().await;
        assert!(!other.ended.is_cancelled());
        assert!(revocations.is_revoked("one") && !revocations.is_revoked("other"));
        revocations.watch("one").ended().await;
        clock.advance(TimeDelta::seconds(60));
        assert!(!revocations.is_revoked("one"));
        drop((one, other));
        assert!(revocations.lock().watched.is_empty());
    }
}
