//! One subgraph, running as its process would.

use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use ::bus::{Bus, Consumption, Group, memory::MemoryBus};
use ::database::Database;
use axum::{Json, Router, routing::post};
use chrono::{DateTime, Utc};
use clock::{Clock as _, ManualClock};
use events::{Envelope, Event};
use identity::{AssertionSigner, Caller, Viewer};
use ids::{EventId, SessionId, UserId};
use outbox::Outbox;
use questions::{
    Question as _,
    auth::{Roles, RolesOf},
};
use service::{Ctx, Files, Foundation, Peers, Running, Secret, Subgraph, Transport};

use crate::{
    Client, StatementLog, Statements, TestDatabase, Watch, eventually, recorder::Recorder, statements,
};

/// Signs assertions in tests.
const IDENTITY_SECRET: &str = "the identity secret that only tests know";
/// Seals what is encrypted at rest in tests.
pub const DATA_KEYS: &str = "test:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SUBGRAPHS: [&str; 6] = ["auth", "users", "moods", "hugs", "social", "streaks"];

/// A subgraph under test. Every test ends with [`finish`](Self::finish).
pub struct TestApp {
    pub clock: Arc<ManualClock>,
    pub bus: Arc<MemoryBus>,
    pub db: Database,
    pub foundation: Foundation,
    audience: &'static str,
    running: Option<Running>,
    router: Router,
    recorder: Arc<Recorder>,
    statements: StatementLog,
    since_start: Option<Watch>,
    recording: Option<Consumption>,
    database: Option<TestDatabase>,
    told: AtomicI64,
}

/// What can be chosen before a subgraph starts.
pub struct Builder<S> {
    peers: Vec<(&'static str, Router)>,
    jwt_secret: Option<Secret>,
    data_keys: &'static str,
    database: Option<TestDatabase>,
    is_watched: bool,
    subgraph: PhantomData<S>,
}

impl<S: Subgraph> Builder<S> {
    /// Another service that the subgraph may ask. It has to check no assertion.
    pub fn peer(mut self, name: &'static str, router: Router) -> Self {
        self.peers.push((name, router));
        self
    }

    pub fn jwt_secret(mut self, secret: &str) -> Self {
        self.jwt_secret = Some(Secret::new(secret));
        self
    }

    /// Other keys than [`DATA_KEYS`] for what is encrypted at rest.
    pub fn data_keys(mut self, keys: &'static str) -> Self {
        self.data_keys = keys;
        self
    }

    /// The database that another one left behind, as after a restart.
    pub fn database(mut self, database: TestDatabase) -> Self {
        self.database = Some(database);
        self
    }

    /// Writes down from the start what the database is asked, by the subgraph's workers as well: see
    /// [`of_workers`](TestApp::of_workers).
    pub fn watched(mut self) -> Self {
        self.is_watched = true;
        self
    }

    pub async fn start(mut self) -> TestApp {
        let database = match self.database.take() {
            Some(left_behind) => left_behind,
            None => TestDatabase::create().await,
        };
        let statements = StatementLog::default();
        let db = statements.of(database.open().await);
        let since_start = self.is_watched.then(|| statements.watch_all());
        let clock = Arc::new(ManualClock::at(noon()));
        let bus = Arc::new(MemoryBus::new());
        let foundation = self.lay_foundation(&db, &clock, &bus);
        let recorder = Arc::new(Recorder::default());
        let group = Group::new("testkit.recorder", [format!("{}.*", S::NAME)]);
        let recording = bus.consume(group, recorder.clone()).await.expect("the recorder joins the bus");
        let mut running = Running::assemble::<S>(&foundation).await.expect("the subgraph is put together");
        running.consume().await.expect("the subgraph joins the bus");
        running.relay();
        TestApp {
            clock,
            bus,
            db,
            foundation,
            audience: S::NAME,
            router: running.router(),
            running: Some(running),
            recorder,
            statements,
            since_start,
            recording: Some(recording),
            database: Some(database),
            told: AtomicI64::new(0),
        }
    }

    fn lay_foundation(&self, db: &Database, clock: &Arc<ManualClock>, bus: &Arc<MemoryBus>) -> Foundation {
        let bus: Arc<dyn Bus> = bus.clone();
        let outbox = Outbox::new(db.clone(), bus.clone(), clock.clone(), S::NAME);
        let peers =
            Peers::in_process(S::NAME, AssertionSigner::new(IDENTITY_SECRET), clock.clone(), &SUBGRAPHS);
        for (name, router) in &self.peers {
            peers.bind(name, Transport::in_process(router.clone()));
        }
        // Unless a test has an `auth` of its own: the first binding stays.
        peers.bind("auth", Transport::in_process(auth_that_vouches()));
        Foundation {
            db: db.clone(),
            clock: clock.clone(),
            bus,
            outbox,
            peers,
            identity_secret: Secret::new(IDENTITY_SECRET),
            jwt_secret: self.jwt_secret.clone(),
            data_keys: Some(self.data_keys.parse().expect("the keys can be read")),
            files: Files::in_memory(),
        }
    }
}

impl TestApp {
    /// Starts `S` with nothing chosen.
    pub async fn start<S: Subgraph>() -> Self {
        Self::builder::<S>().start().await
    }

    pub fn builder<S: Subgraph>() -> Builder<S> {
        Builder {
            peers: Vec::new(),
            jwt_secret: None,
            data_keys: DATA_KEYS,
            database: None,
            is_watched: false,
            subgraph: PhantomData,
        }
    }

    /// An id for somebody, of whom nobody has heard yet.
    pub fn new_user(&self) -> UserId {
        UserId::at(self.clock.now())
    }

    pub fn as_user(&self, user_id: UserId) -> Client {
        let session_id = Some(SessionId::at(self.clock.now()));
        self.as_caller(Caller::User(Viewer {
            user_id,
            session_id,
            roles: vec!["user".into()],
            scopes: Vec::new(),
        }))
    }

    /// Somebody who moderates.
    pub fn as_moderator(&self, user_id: UserId) -> Client {
        self.as_holder_of(user_id, &["user", "moderator"], &["user", "moderation"])
    }

    /// Somebody who administers, which includes moderating.
    pub fn as_admin(&self, user_id: UserId) -> Client {
        self.as_holder_of(user_id, &["user", "admin"], &["user", "administration", "moderation"])
    }

    fn as_holder_of(&self, user_id: UserId, roles: &[&str], scopes: &[&str]) -> Client {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let session_id = Some(SessionId::at(self.clock.now()));
        self.as_caller(Caller::User(Viewer {
            user_id,
            session_id,
            roles: texts(roles),
            scopes: texts(scopes),
        }))
    }

    pub fn anonymous(&self) -> Client {
        self.as_caller(Caller::Anonymous)
    }

    pub fn as_caller(&self, caller: Caller) -> Client {
        Client {
            router: self.router.clone(),
            signer: AssertionSigner::new(IDENTITY_SECRET),
            audience: self.audience,
            clock: self.clock.clone(),
            caller,
        }
    }

    /// The subgraph as an HTTP service, for requests without an assertion.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The context of work on behalf of `user_id`, for calling the domain directly.
    pub fn ctx(&self, user_id: UserId) -> Ctx {
        let viewer = Viewer { user_id, session_id: None, roles: Vec::new(), scopes: Vec::new() };
        self.foundation.ctx().on_behalf_of(Caller::User(viewer))
    }

    /// Tells an event as its producer would; returns when the subgraph has handled it.
    pub async fn tell<E: Event>(&self, event: &E) {
        self.tell_envelope(self.envelope(event)).await;
    }

    /// Tells an envelope as it is, so that it can be told twice.
    pub async fn tell_envelope(&self, envelope: Envelope) {
        self.bus.publish(&[envelope]).await.expect("the bus takes the event");
    }

    /// Wraps an event as its producer would.
    pub fn envelope<E: Event>(&self, event: &E) -> Envelope {
        let now = self.clock.now();
        Envelope {
            id: EventId::at(now),
            producer: E::PRODUCER.to_owned(),
            kind: E::TYPE.to_owned(),
            version: E::VERSION,
            occurred_at: now,
            aggregate_id: event.aggregate_id(),
            seq: self.told.fetch_add(1, Ordering::Relaxed) + 1,
            actor_id: None,
            traceparent: None,
            data: serde_json::to_value(event).expect("events are JSON"),
        }
    }

    /// What the subgraph told so far, once its outbox is empty.
    pub async fn events<E: Event>(&self) -> Vec<E> {
        self.settled().await;
        self.recorder.events()
    }

    /// Everything that the subgraph told so far, once its outbox is empty.
    pub async fn envelopes(&self) -> Vec<Envelope> {
        self.settled().await;
        self.recorder.envelopes()
    }

    /// Waits until everything committed has been told and handled.
    pub async fn settled(&self) {
        eventually("the outbox to be empty", || async {
            (self.foundation.outbox.pending().await.expect("the outbox is readable") == 0).then_some(())
        })
        .await;
    }

    /// Writes down the statements that the subgraph's database runs from here on.
    pub fn watch(&self) -> Watch {
        self.statements.watch()
    }

    /// The same of everything, whoever runs it: consumers of events and workers, too.
    pub fn watch_all(&self) -> Watch {
        self.statements.watch_all()
    }

    /// What ran since the start, by workers, too, once there is a statement with each of `words`: where a worker asks for what is
    /// due, or deletes it. Only of a [watched](Builder::watched) start.
    pub async fn of_workers(&self, words: &[&str]) -> Statements {
        let watch = self.since_start.as_ref().expect("a start that is watched");
        eventually(&format!("workers to ask {words:?}"), || async {
            let statements = watch.so_far();
            words.iter().all(|words| statements.any(words)).then_some(statements)
        })
        .await
    }

    /// Has PostgreSQL take stock of tables that were filled a moment ago, as it does by itself after a while.
    pub async fn take_stock(&self, tables: &[&str]) {
        statements::take_stock(&self.db, tables).await;
    }

    /// About how many rows of all tables the database looks at to run those of `statements` that read.
    pub async fn rows_looked_at(&self, statements: &Statements) -> u64 {
        statements::rows_looked_at(&self.db, statements).await
    }

    /// Fails when the database would look at every row of one of `tables` to run `statements`. On PostgreSQL there have to be
    /// so many rows that this would be slower than an index.
    pub async fn assert_no_full_scan(&self, statements: &Statements, tables: &[&str]) {
        statements::assert_no_full_scan(&self.db, statements, tables).await;
    }

    /// Stops the subgraph and checks that it leaves nothing behind.
    pub async fn finish(self) {
        self.stop().await.remove().await;
    }

    /// Like [`finish`](Self::finish), but leaves the database behind, for another start on it.
    pub async fn stop(mut self) -> TestDatabase {
        self.settled().await;
        let dead = self.foundation.outbox.dead_letters(10).await.expect("the dead letters are readable");
        assert!(dead.is_empty(), "events that nobody could handle: {dead:#?}");
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        if let Some(recording) = self.recording.take() {
            recording.stop().await;
        }
        self.db.clone().close().await.expect("the database closes");
        self.database.take().expect("a database until it is stopped")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.running.is_none() || std::thread::panicking(), "a test ends with `app.finish().await`");
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).expect("2026-03-01T12:00:00Z")
}

/// `auth`, as far as others ask it: whatever role a token says, its owner has.
fn auth_that_vouches() -> Router {
    let roles = || async { Json(Roles { roles: vec!["moderator".to_owned(), "admin".to_owned()] }) };
    Router::new().route(RolesOf::PATH, post(roles))
}
