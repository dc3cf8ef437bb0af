#![doc = include_str!("../README.md")]

mod archive;
mod consumer;
mod dead_letter;
mod migration;
mod reach;
mod relay;
mod table;
mod work;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bus::{Archive, Behind, Bus, BusError, Consumption, Group};
use clock::SharedClock;
pub use consumer::{ConsumerError, EventHandler};
use database::Database;
pub use dead_letter::{DeadLetter, ReplayError};
use ids::UserId;
pub use migration::migrations;
use sea_orm::DbErr;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
pub use work::Work;

/// The events of one subgraph: told by it, and handled in it. Clones share the relay and the bus.
#[derive(Debug, Clone)]
pub struct Outbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    database: Database,
    bus: Arc<dyn Bus>,
    clock: SharedClock,
    producer: String,
    handlers: Handlers,
    signals: Signals,
}

/// Whose dead letters can be replayed. Weak, because handlers tend to hold the outbox themselves.
#[derive(Default)]
struct Handlers(Mutex<HashMap<String, Weak<dyn EventHandler>>>);

/// How commits and the relay talk to each other.
#[derive(Debug)]
struct Signals {
    /// One pass of the relay at a time, where the database has no lock for it.
    turn: tokio::sync::Mutex<()>,
    wake: Notify,
    /// Counts the commits that had something to relay.
    committed: AtomicU64,
    /// As much of `committed` as is known to be with the bus.
    relayed: watch::Sender<u64>,
    relays_running: AtomicUsize,
    /// The last pass failed: waiting for the next one would be in vain.
    failing: AtomicBool,
}

impl Outbox {
    /// The outbox of the subgraph `producer`, in that subgraph's own database.
    pub fn new(database: Database, bus: Arc<dyn Bus>, clock: SharedClock, producer: &str) -> Self {
        let signals = Signals {
            turn: tokio::sync::Mutex::new(()),
            wake: Notify::new(),
            committed: AtomicU64::new(0),
            relayed: watch::Sender::new(0),
            relays_running: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
        };
        let handlers = Handlers::default();
        let producer = producer.to_owned();
        Self { shared: Arc::new(Shared { database, bus, clock, producer, handlers, signals }) }
    }

    /// Begins a transaction in which things change and are told, on behalf of `actor`, in the trace of the span that is
    /// entered now.
    pub async fn begin(&self, actor: Option<UserId>) -> Result<Work, DbErr> {
        let transaction = self.shared.database.begin().await?;
        Ok(Work::new(self.clone(), transaction, actor))
    }

    /// Carries what was committed to the bus, until cancelled; then it finishes what is there, for a few seconds
    /// at most. Whatever is left stays in the outbox for the next start.
    pub fn start_relay(&self, cancel: CancellationToken) -> JoinHandle<()> {
        let outbox = self.clone();
        // Counted here, so that a commit right after this call waits for the relay.
        outbox.shared.signals.relays_running.fetch_add(1, Ordering::AcqRel);
        tokio::spawn(async move { relay::run(&outbox, &cancel).await })
    }

    /// Handles the events of `subjects` (`hugs.HugSent`, `social.*`), each with one effect, in order.
    pub async fn consumer<S: Into<String>>(
        &self,
        group: impl Into<String>,
        subjects: impl IntoIterator<Item = S>,
        handler: Arc<dyn EventHandler>,
    ) -> Result<Consumption, BusError> {
        let group = Group::new(group, subjects);
        self.shared.handlers.add(&group.name, &handler);
        let inbox = consumer::Inbox::new(self.clone(), group.name.clone(), handler);
        self.shared.bus.consume(group, Arc::new(inbox)).await
    }

    /// Has dead letters of `group` replayed by `handler`, without joining the group. Whoever calls keeps the handler.
    pub fn know_handler(&self, group: &str, handler: &Arc<dyn EventHandler>) {
        self.shared.handlers.add(group, handler);
    }

    /// Returns once `group` has handled everything that was with the bus before the call.
    pub async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind> {
        self.shared.bus.caught_up(group, within).await
    }

    /// What was told, for a bus that keeps nothing itself.
    pub fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(archive::Told(self.shared.database.clone()))
    }

    /// How many events have not been handed to the bus yet.
    pub async fn pending(&self) -> Result<u64, DbErr> {
        table::count_pending(self.shared.database.reader()).await
    }

    /// Forgets what was relayed or handled so long ago that it can't come again. The relay does this every hour.
    pub async fn prune(&self) -> Result<(), DbErr> {
        relay::prune(self).await
    }

    /// Has the relay look, and says what to wait for until it has.
    fn announce_commit(&self) -> u64 {
        let ticket = self.shared.signals.committed.fetch_add(1, Ordering::AcqRel) + 1;
        self.shared.signals.wake.notify_one();
        ticket
    }

    /// Waits a moment until the commit of `ticket` is with the bus, if a relay is at work.
    async fn wait_for_relay(&self, ticket: u64) {
        let signals = &self.shared.signals;
        let in_vain =
            signals.relays_running.load(Ordering::Acquire) == 0 || signals.failing.load(Ordering::Acquire);
        if !in_vain {
            let mut relayed = signals.relayed.subscribe();
            let _ = tokio::time::timeout(RELAY_WAIT, relayed.wait_for(|relayed| *relayed >= ticket)).await;
        }
    }
}

impl Handlers {
    fn add(&self, group: &str, handler: &Arc<dyn EventHandler>) {
        let mut handlers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.insert(group.to_owned(), Arc::downgrade(handler));
    }

    fn get(&self, group: &str) -> Option<Arc<dyn EventHandler>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(group).and_then(Weak::upgrade)
    }
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Handlers")
    }
}

/// The longest a commit waits for the relay. It is a courtesy to the client's next request, never a condition.
const RELAY_WAIT: Duration = Duration::from_millis(250);
