//! Whose tokens are refused before they expire, and whose streams have to end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use clock::SharedClock;
use tokio_util::sync::CancellationToken;

use super::Identity;

/// The deny-list. Clones share it.
#[derive(Debug, Clone)]
pub struct Revocations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    clock: SharedClock,
}

#[derive(Debug, Default)]
struct State {
    /// Sessions that have ended, and when their last token expires.
    sessions: HashMap<String, DateTime<Utc>>,
    users: HashMap<String, Outdated>,
    /// Beyond this size the lists are cleared of what has expired.
    prune_at: usize,
    watched: HashMap<Holder, Watched>,
    /// Names each entry of `watched`.
    serial: u64,
}

/// A user's older tokens.
#[derive(Debug)]
struct Outdated {
    issued_before: DateTime<Utc>,
    /// When the last of them expires.
    until: DateTime<Utc>,
}

/// What rights hang on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Session(String),
    User(String),
}

#[derive(Debug)]
struct Watched {
    serial: u64,
    watchers: usize,
    ended: CancellationToken,
}

impl Revocations {
    pub fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Shared { state: Mutex::new(State { prune_at: 1_024, ..State::default() }), clock }))
    }

    /// From now on the session's tokens are refused and its streams end. `until` is when its last token expires.
    pub fn revoke(&self, session: &str, until: DateTime<Utc>) {
        let mut state = self.lock();
        state.end(&Holder::Session(session.to_owned()));
        let last = state.sessions.entry(session.to_owned()).or_insert(until);
        *last = until.max(*last);
        state.prune(self.0.clock.now());
    }

    /// From now on the user's tokens that were issued before `issued_before` are refused, and all of the user's
    /// streams end. `until` is when the last of these tokens expires.
    pub fn outdate(&self, user: &str, issued_before: DateTime<Utc>, until: DateTime<Utc>) {
        let mut state = self.lock();
        state.end(&Holder::User(user.to_owned()));
        let outdated = state.users.entry(user.to_owned()).or_insert(Outdated { issued_before, until });
        outdated.issued_before = issued_before.max(outdated.issued_before);
        outdated.until = until.max(outdated.until);
        state.prune(self.0.clock.now());
    }

    /// Ends the streams that the user has open now; new ones begin under the rights of now.
    pub fn end_streams(&self, user: &str) {
        self.lock().end(&Holder::User(user.to_owned()));
    }

    /// Whether the identity's token is refused.
    pub fn refuses(&self, identity: &Identity) -> bool {
        let now = self.0.clock.now();
        let state = self.lock();
        let ended = |session: &String| state.sessions.get(session).is_some_and(|until| *until > now);
        if !state.sessions.is_empty() && identity.session.as_ref().is_some_and(ended) {
            return true;
        }
        state.users.get(&identity.subject).is_some_and(|outdated| {
            // Tokens tell whole seconds; one that says nothing is taken for an old one.
            let issued_at = identity.issued_at();
            outdated.until > now
                && issued_at.is_none_or(|at| at.timestamp() < outdated.issued_before.timestamp())
        })
    }

    /// Hears of the end of the identity's session for as long as it is kept, and of changes to its user's rights.
    pub fn watch(&self, identity: &Identity) -> (Option<Watch>, Watch) {
        let mut session = identity.session.clone().map(|session| self.watch_holder(Holder::Session(session)));
        let mut user = self.watch_holder(Holder::User(identity.subject.clone()));
        // Looked at last, so that nothing falls between. It ends nobody else's streams.
        if self.refuses(identity) {
            let over = session.as_mut().unwrap_or(&mut user);
            over.ended = CancellationToken::new();
            over.ended.cancel();
        }
        (session, user)
    }

    fn watch_holder(&self, holder: Holder) -> Watch {
        let mut state = self.lock();
        state.serial += 1;
        let serial = state.serial;
        let watched = state.watched.entry(holder.clone()).or_insert_with(|| Watched {
            serial,
            watchers: 0,
            ended: CancellationToken::new(),
        });
        watched.watchers += 1;
        let (serial, ended) = (watched.serial, watched.ended.clone());
        Watch { revocations: self.clone(), holder, serial, ended }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Tells all who watch. Who begins to watch from now on is not meant.
    fn end(&mut self, holder: &Holder) {
        if let Some(watched) = self.watched.remove(holder) {
            watched.ended.cancel();
        }
    }

    fn prune(&mut self, now: DateTime<Utc>) {
        if self.sessions.len() + self.users.len() > self.prune_at {
            self.sessions.retain(|_, until| *until > now);
            self.users.retain(|_, outdated| outdated.until > now);
            self.prune_at = ((self.sessions.len() + self.users.len()) * 2).max(1_024);
        }
    }
}

/// Waits for an end.
#[derive(Debug)]
pub struct Watch {
    revocations: Revocations,
    holder: Holder,
    serial: u64,
    ended: CancellationToken,
}

impl Watch {
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.revocations.lock();
        if let Some(watched) = state.watched.get_mut(&self.holder)
            && watched.serial == self.serial
        {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                state.watched.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use clock::ManualClock;
    use serde_json::{Map, json};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn identity(user: &str, session: &str, issued_at: i64) -> Identity {
        Identity {
            subject: user.to_owned(),
            session: Some(session.to_owned()),
            roles: Vec::new(),
            scopes: Vec::new(),
            policies: Vec::new(),
            expires_at: None,
            claims: Map::from_iter([("iat".to_owned(), json!(at(issued_at).timestamp()))]),
        }
    }

    #[tokio::test]
    async fn a_revoked_session_is_refused_until_its_tokens_are_gone_and_its_watchers_are_told() {
        let clock = Arc::new(ManualClock::at(at(0)));
        let revocations = Revocations::new(clock.clone());
        let (one, other) = (identity("ada", "one", 0), identity("ada", "other", 0));
        let (watched, unharmed) = (revocations.watch(&one), revocations.watch(&other));
        revocations.revoke("one", at(60));
        watched.0.as_ref().unwrap().ended().await;
        assert!(revocations.refuses(&one) && !revocations.refuses(&other));
        // Who comes too late is told at once.
        revocations.watch(&one).0.unwrap().ended().await;
        assert!(!unharmed.0.as_ref().unwrap().ended.is_cancelled() && !unharmed.1.ended.is_cancelled());
        clock.advance(TimeDelta::seconds(60));
        assert!(!revocations.refuses(&one));
        drop((watched, unharmed));
        assert!(revocations.lock().watched.is_empty());
    }

    #[tokio::test]
    async fn a_users_streams_end_and_new_ones_begin() {
        let revocations = Revocations::new(Arc::new(ManualClock::at(at(0))));
        let ada = identity("ada", "one", 0);
        let before = revocations.watch(&ada).1;
        revocations.end_streams("ada");
        before.ended().await;
        let after = revocations.watch(&ada).1;
        assert!(!after.ended.is_cancelled() && !revocations.refuses(&ada));
        // The one that has ended leaves late, and takes nothing with it.
        drop(before);
        revocations.end_streams("ada");
        after.ended().await;
        drop(after);
        assert!(revocations.lock().watched.is_empty());
    }

    #[tokio::test]
    async fn a_users_older_tokens_are_refused_and_newer_ones_are_not() {
        let clock = Arc::new(ManualClock::at(at(0)));
        let revocations = Revocations::new(clock.clone());
        let watched = revocations.watch(&identity("ada", "one", 0)).1;
        revocations.outdate("ada", at(10), at(60));
        watched.ended().await;
        assert!(revocations.refuses(&identity("ada", "one", 9)));
        assert!(!revocations.refuses(&identity("ada", "two", 10)));
        assert!(!revocations.refuses(&identity("bo", "three", 9)));
        let undated = Identity { claims: Map::new(), ..identity("ada", "one", 0) };
        assert!(revocations.refuses(&undated));
        clock.advance(TimeDelta::seconds(60));
        assert!(!revocations.refuses(&identity("ada", "one", 9)));
    }
}
