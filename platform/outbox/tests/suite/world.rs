//! Two subgraphs with a database each, a bus between them, and handlers whose effects can be counted.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bus::{Behind, Bus, BusError, Consumption, Group, Handler, Redelivery, Signal, memory::MemoryBus};
use chrono::{DateTime, Utc};
use clock::{Clock, ManualClock, SystemClock};
use database::{Database, OpenOptions};
use events::{Envelope, Event};
use futures::stream::BoxStream;
use ids::EventId;
use outbox::{ConsumerError, EventHandler, Outbox, Work};
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
pub(crate) const GROUP: &str = "streaks.projection";

/// What hugs tells in these tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hugged {
    pub(crate) pair: String,
    pub(crate) number: i64,
}

impl Hugged {
    pub(crate) fn number(number: i64) -> Self {
        Self { pair: "ada and bo".to_owned(), number }
    }
}

impl Event for Hugged {
    const PRODUCER: &'static str = "hugs";
    const TYPE: &'static str = "Hugged";
    const VERSION: u16 = 1;

    fn aggregate_id(&self) -> String {
        self.pair.clone()
    }
}

/// What streaks tells when it hears of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) number: i64,
}

impl Event for Counted {
    const PRODUCER: &'static str = "streaks";
    const TYPE: &'static str = "Counted";
    const VERSION: u16 = 1;

    fn aggregate_id(&self) -> String {
        "streak".to_owned()
    }
}

struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        outbox::migrations()
    }
}

/// A subgraph's database, which ends with the test.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    url: String,
    pub(crate) database: Database,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    pub(crate) async fn new() -> Self {
        let (url, folder) = if std::env::var("TEST_DATABASE").is_ok_and(|kind| kind == "postgres") {
            (new_postgres_database().await, None)
        } else {
            let folder = tempfile::tempdir().expect("a temporary folder");
            (format!("sqlite://{}", folder.path().join("test.sqlite").display()), Some(folder))
        };
        let database = open(&url).await;
        database.migrate::<Migrations>().await.expect("the migrations apply");
        let table = "CREATE TABLE effects (number BIGINT NOT NULL)";
        execute(&database, table).await;
        Self { url, database, _folder: folder }
    }

    /// Where another process finds it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// As another process sees it.
    pub(crate) async fn opened_again(&self) -> Database {
        open(&self.url).await
    }

    /// The numbers of the events that had their effect here, in order.
    pub(crate) async fn effects(&self) -> Vec<i64> {
        self.numbers("SELECT number FROM effects ORDER BY number").await
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0]
    }

    async fn numbers(&self, query: &str) -> Vec<i64> {
        let reader = self.database.reader();
        let rows = reader.query_all_raw(Statement::from_string(self.database.backend(), query)).await;
        let rows = rows.expect("the query runs");
        rows.iter().map(|row| row.try_get_by_index(0).expect("a number")).collect()
    }
}

pub(crate) async fn open(url: &str) -> Database {
    Database::open(url, &OpenOptions::default()).await.expect("the database opens")
}

async fn execute(database: &Database, statement: &str) {
    let transaction = database.begin().await.expect("a transaction begins");
    transaction.execute_unprepared(statement).await.expect("the statement runs");
    transaction.commit().await.expect("the transaction commits");
}

async fn new_postgres_database() -> String {
    let server = std::env::var("TEST_POSTGRES_URL").expect("TEST_DATABASE=postgres needs TEST_POSTGRES_URL");
    let name = EventId::at(SystemClock.now()).to_string();
    let admin = open(&server).await;
    admin.reader().execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a new database");
    admin.close().await.expect("the connection closes");
    let (before, _) = server.rsplit_once('/').expect("the URL names a database");
    format!("{before}/{name}")
}

/// Two subgraphs and the bus between them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) bus: Arc<TestBus>,
    pub(crate) hugs_database: TestDatabase,
    pub(crate) streaks_database: TestDatabase,
    pub(crate) hugs: Outbox,
    pub(crate) streaks: Outbox,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (hugs_database, streaks_database) = (TestDatabase::new().await, TestDatabase::new().await);
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let bus = TestBus::new();
        let outbox = |database: &TestDatabase, producer| {
            Outbox::new(database.database.clone(), bus.clone(), clock.clone(), producer)
        };
        let hugs = outbox(&hugs_database, "hugs");
        let streaks = outbox(&streaks_database, "streaks");
        Self { clock, bus, hugs_database, streaks_database, hugs, streaks }
    }

    /// The same databases after every process has ended and started again, bus and all.
    pub(crate) fn restarted(mut self) -> Self {
        self.bus = TestBus::new();
        self.hugs = self.outbox(self.hugs_database.database.clone(), "hugs");
        self.streaks = self.outbox(self.streaks_database.database.clone(), "streaks");
        self
    }

    pub(crate) fn outbox(&self, database: Database, producer: &str) -> Outbox {
        Outbox::new(database, self.bus.clone(), self.clock.clone(), producer)
    }

    /// Has streaks handle what hugs tells.
    pub(crate) async fn handle(&self, effects: &Arc<Effects>) -> Consumption {
        let handler: Arc<dyn EventHandler> = effects.clone();
        self.streaks.consumer(GROUP, ["hugs.Hugged"], handler).await.expect("a group can be joined")
    }

    /// Tells of the numbers, each in a transaction of its own.
    pub(crate) async fn tell(&self, numbers: impl IntoIterator<Item = i64>) {
        for number in numbers {
            let work = self.hugs.begin(None).await.expect("a transaction begins");
            work.emit(&Hugged::number(number)).await.expect("an event is told");
            work.commit().await.expect("the transaction commits");
        }
    }
}

/// Returns once the condition holds.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, holds).await.expect("the condition holds in time");
}

/// A relay at work.
pub(crate) struct Relay {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Relay {
    pub(crate) fn of(outbox: &Outbox) -> Self {
        let cancel = CancellationToken::new();
        let task = outbox.start_relay(cancel.clone());
        Self { cancel, task }
    }

    pub(crate) async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(DEADLINE, self.task).await.expect("the relay stops in time").expect("it ran");
    }
}

/// How a bus is feeling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Takes nothing.
    Down,
    /// Takes events, but its answer is lost.
    Mumbling,
}

/// The bus in memory, which can be down, and remembers what it was given.
#[derive(Debug)]
pub(crate) struct TestBus {
    inner: MemoryBus,
    mood: watch::Sender<Mood>,
    published: Mutex<Vec<Envelope>>,
}

impl TestBus {
    fn new() -> Arc<Self> {
        let redelivery = Redelivery {
            max_attempts: 3,
            first_pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(20),
        };
        Arc::new(Self {
            inner: MemoryBus::with_redelivery(redelivery),
            mood: watch::Sender::new(Mood::Well),
            published: Mutex::default(),
        })
    }

    pub(crate) fn feel(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    pub(crate) fn published(&self) -> Vec<Envelope> {
        self.published.lock().expect("no test panics with the lock").clone()
    }

    pub(crate) fn published_numbers(&self) -> Vec<i64> {
        let published = self.published();
        published
            .iter()
            .filter_map(Envelope::read::<Hugged>)
            .map(|hugged| hugged.expect("a hug").number)
            .collect()
    }
}

#[async_trait]
impl Bus for TestBus {
    async fn publish(&self, events: &[Envelope]) -> Result<(), BusError> {
        let mood = *self.mood.borrow();
        if mood == Mood::Down {
            return Err(BusError::Closed);
        }
        self.published.lock().expect("no test panics with the lock").extend_from_slice(events);
        self.inner.publish(events).await?;
        if mood == Mood::Mumbling { Err(BusError::Closed) } else { Ok(()) }
    }

    async fn consume(&self, group: Group, handler: Arc<dyn Handler>) -> Result<Consumption, BusError> {
        self.inner.consume(group, handler).await
    }

    async fn listen(&self, subjects: &[String]) -> Result<BoxStream<'static, Signal>, BusError> {
        self.inner.listen(subjects).await
    }

    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        self.inner.history(subjects, since).await
    }

    async fn caught_up(&self, group: &str, within: Duration) -> Result<(), Behind> {
        self.inner.caught_up(group, within).await
    }
}

/// Writes a row for each event and tells of it; then fails, if it is to fail.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    failures_left: AtomicU32,
    poison: Mutex<HashSet<i64>>,
}

impl Effects {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn failing_first(times: u32) -> Arc<Self> {
        Arc::new(Self { failures_left: AtomicU32::new(times), ..Self::default() })
    }

    pub(crate) fn poisoned_by(number: i64) -> Arc<Self> {
        let effects = Self::new();
        effects.poison.lock().expect("no test panics with the lock").insert(number);
        effects
    }

    pub(crate) fn mend(&self) {
        self.poison.lock().expect("no test panics with the lock").clear();
    }

    fn fails(&self, number: i64) -> bool {
        let counted =
            self.failures_left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
        counted.is_ok() || self.poison.lock().expect("no test panics with the lock").contains(&number)
    }
}

#[async_trait]
impl EventHandler for Effects {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(hugged) = event.read::<Hugged>() else {
            return Ok(());
        };
        let number = hugged?.number;
        work.execute_unprepared(&format!("INSERT INTO effects VALUES ({number})")).await?;
        work.emit(&Counted { number }).await?;
        if self.fails(number) {
            return Err(ConsumerError::new("this number is unlucky"));
        }
        Ok(())
    }
}
