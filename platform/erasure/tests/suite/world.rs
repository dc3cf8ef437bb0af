//! A small subgraph that keeps who logged moods and who blocks whom, and is told of things.

use std::sync::Arc;

use bus::{Bus as _, Consumption, memory::MemoryBus};
use chrono::{DateTime, Utc};
use clock::{Clock as _, ManualClock};
use database::Database;
use erasure::{Erase, Guarded, Projection};
use events::{
    Envelope, Event,
    auth::UserErased,
    hugs::GroupHugChanged,
    moods::{ErasureCompleted, MoodLogged},
};
use ids::{EventId, UserId};
use outbox::{ConsumerError, EventHandler, Outbox, Work};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use testkit::TestDatabase;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        outbox::migrations().into_iter().chain(erasure::migrations()).collect()
    }
}

/// A row for each person that an event names.
pub(crate) struct Noting;

#[async_trait::async_trait]
impl EventHandler for Noting {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(logged) = event.read::<MoodLogged>() {
            note(work, logged?.user_id).await?;
        } else if let Some(changed) = event.read::<GroupHugChanged>() {
            for user in changed?.participant_ids {
                note(work, user).await?;
            }
        }
        Ok(())
    }
}

async fn note(work: &Work, user: UserId) -> Result<(), ConsumerError> {
    work.execute_unprepared(&format!("INSERT INTO known VALUES ('{user}')")).await?;
    Ok(())
}

struct Everything;

#[async_trait::async_trait]
impl Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        work.execute_unprepared(&format!("DELETE FROM known WHERE person = '{user}'")).await?;
        Ok(())
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) bus: Arc<MemoryBus>,
    pub(crate) outbox: Outbox,
    pub(crate) db: Database,
    database: TestDatabase,
    groups: Vec<Consumption>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.expect("the migrations apply");
        let clock = Arc::new(ManualClock::at(at()));
        let bus = Arc::new(MemoryBus::new());
        let outbox = Outbox::new(db.clone(), bus.clone(), clock.clone(), "moods");
        let work = outbox.begin(None).await.expect("a transaction begins");
        let table = "CREATE TABLE known (person TEXT NOT NULL)";
        work.execute_unprepared(table).await.expect("a table is made");
        work.commit().await.expect("the transaction commits");
        let forget =
            Projection::new(Everything, |user_id, completed_at| ErasureCompleted { user_id, completed_at });
        let subjects = ["moods.*", "hugs.*"];
        let noting = outbox.consumer("moods.noting", subjects, Arc::new(Guarded::new(Noting))).await;
        let erasing = outbox.consumer("moods.erasure", erasure::subjects(), Arc::new(forget)).await;
        let groups = [noting, erasing].map(|group| group.expect("a group can be joined")).into();
        Self { clock, bus, outbox, db, database, groups }
    }

    /// Returns when everybody has handled it.
    pub(crate) async fn tell<E: Event>(&self, event: &E) {
        let envelope = envelope(event, self.clock.now());
        self.bus.publish(&[envelope]).await.expect("the bus takes it");
    }

    pub(crate) async fn erase(&self, user_id: UserId) {
        self.tell(&UserErased { user_id, erased_at: self.clock.now() }).await;
    }

    /// Who is known, in ascending order.
    pub(crate) async fn known(&self) -> Vec<String> {
        texts(self.db.reader(), "SELECT person FROM known ORDER BY person").await
    }

    /// The data of the events that were told and not relayed.
    pub(crate) async fn told(&self, kind: &str) -> Vec<String> {
        let query = format!("SELECT data FROM outbox WHERE kind = '{kind}' ORDER BY position");
        texts(self.db.reader(), &query).await
    }

    pub(crate) async fn finish(self) {
        for group in self.groups {
            group.stop().await;
        }
        self.db.close().await.expect("the database closes");
        self.database.remove().await;
    }
}

async fn texts(reader: &DatabaseConnection, query: &str) -> Vec<String> {
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), query)).await;
    let rows = rows.expect("the query runs");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

pub(crate) fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).expect("2026-03-01T12:00:00Z")
}

pub(crate) fn envelope<E: Event>(event: &E, now: DateTime<Utc>) -> Envelope {
    Envelope {
        id: EventId::at(now),
        producer: E::PRODUCER.to_owned(),
        kind: E::TYPE.to_owned(),
        version: E::VERSION,
        occurred_at: now,
        aggregate_id: event.aggregate_id(),
        seq: 1,
        actor_id: None,
        traceparent: None,
        data: serde_json::to_value(event).expect("events are JSON"),
    }
}

pub(crate) fn logged(user_id: UserId) -> MoodLogged {
    MoodLogged {
        mood_id: ids::MoodId::at(at()),
        user_id,
        local_date: at().date_naive(),
        timezone: "UTC".to_owned(),
        day_start_hour: 0,
        visibility: events::moods::MoodVisibility::Private,
    }
}
