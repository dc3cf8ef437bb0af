//! A small subgraph that keeps letters and stamps.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Bus as _, Consumption, memory::MemoryBus};
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Clock as _, ManualClock};
use database::Database;
use events::{Envelope, Event, auth::ExportRequested, moods::ExportCompleted};
use exports::{
    Condition, Contribute, LeftOut, Page, Part, Place, Projection, Reader, Row, StoreError, Table, day,
    decimal, flag, id, id_by, instant, json, number, text,
};
use ids::{EventId, ExportId, HugId, MoodId, PostId, UserId};
use outbox::Outbox;
use sea_orm::{
    ConnectionTrait as _, Value,
    sea_query::{Expr, ExprTrait as _, Query},
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, prelude as migration};
use testkit::TestDatabase;

const STAMP: Table = Table::new("stamp", "stamps", "owner_id")
    .ordered_by(&["country", "worth"])
    .columns(&[text("country"), number("worth")]);

const LETTER: Table = Table::new("letter", "letters", "author_id")
    .ordered_by(&["written_at", "id"])
    .columns(&[
        id("id", MoodId::PREFIX),
        id_by("about_id", "about", &[("HUG", HugId::PREFIX), ("POST", PostId::PREFIX)]),
        text("about"),
        text("words"),
        json("pages"),
        number("weight"),
        decimal("height"),
        flag("hidden"),
        instant("written_at"),
        day("due"),
    ])
    .left_out(&[LeftOut("folded", "of no use to anybody")]);

/// Letters and stamps. Letters to nobody aren't for their authors to see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait]
impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[STAMP, LETTER]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[LeftOut("postmen", "nobody's")]
    }

    fn condition(&self, table: &Table, _: UserId) -> Option<Condition> {
        (table.kind() == "letter").then(|| Expr::col(("letters", "about")).ne("NOBODY"))
    }

    async fn complete(
        &self,
        _: &Reader,
        person: UserId,
        table: &Table,
        rows: &mut [Row],
    ) -> Result<(), StoreError> {
        for row in rows.iter_mut().filter(|_| table.kind() == "letter") {
            if row.is("hidden") {
                row.remove("aboutId");
            }
            row.put("from", person.to_string());
        }
        Ok(())
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        outbox::migrations().into_iter().chain(exports::migrations()).collect()
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) db: Database,
    pub(crate) outbox: Outbox,
    bus: Arc<MemoryBus>,
    database: TestDatabase,
    group: Consumption,
}

/// What of a letter matters to a test.
pub(crate) struct Letter<'a> {
    pub(crate) author: UserId,
    pub(crate) about: &'a str,
    pub(crate) words: &'a str,
    pub(crate) hidden: bool,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.expect("the migrations apply");
        for table in tables() {
            db.reader().execute(&table).await.expect("a table is made");
        }
        let clock = Arc::new(ManualClock::at(at()));
        let bus = Arc::new(MemoryBus::new());
        let outbox = Outbox::new(db.clone(), bus.clone(), clock.clone(), "moods");
        let completed = |part: Part| {
            let Part { export_id, user_id, entries, completed_at } = part;
            ExportCompleted { export_id, user_id, entries, completed_at }
        };
        let requests = Arc::new(Projection::new(Everything, completed));
        let group = outbox.consumer("moods.exports", exports::subjects(), requests).await;
        Self { clock, db, outbox, bus, database, group: group.expect("a group can be joined") }
    }

    pub(crate) async fn stamp(&self, owner: UserId, country: &str, worth: i32) {
        let values: [Value; 3] = [owner.as_uuid().into(), country.into(), worth.into()];
        self.insert("stamps", &["owner_id", "country", "worth"], values).await;
    }

    pub(crate) async fn write(&self, letter: Letter<'_>) -> MoodId {
        let (letter_id, at) = (MoodId::at(at()), at());
        let columns = [
            "id",
            "author_id",
            "about",
            "about_id",
            "words",
            "pages",
            "hidden",
            "written_at",
            "due",
            "folded",
        ];
        let values: [Value; 10] = [
            letter_id.as_uuid().into(),
            letter.author.as_uuid().into(),
            letter.about.into(),
            HugId::at(at).as_uuid().into(),
            letter.words.into(),
            r#"["one",2]"#.into(),
            letter.hidden.into(),
            at.into(),
            at.date_naive().into(),
            "folded".into(),
        ];
        self.insert("letters", &columns, values).await;
        letter_id
    }

    async fn insert<const COLUMNS: usize>(
        &self,
        table: &'static str,
        columns: &[&'static str],
        values: [Value; COLUMNS],
    ) {
        let insert = Query::insert()
            .into_table(table)
            .columns(columns.iter().copied())
            .values_panic(values.map(Expr::val))
            .to_owned();
        let work = self.db.begin().await.expect("a transaction begins");
        work.execute(&insert).await.expect("a row is inserted");
        work.commit().await.expect("the transaction commits");
    }

    /// Asks for an export that can be read for a week; returns when it is prepared.
    pub(crate) async fn request(&self, user_id: UserId) -> ExportRequested {
        let now = self.clock.now();
        let requested = ExportRequested {
            export_id: ExportId::at(now),
            user_id,
            requested_at: now,
            expires_at: now + TimeDelta::days(7),
        };
        self.tell(&requested).await;
        requested
    }

    pub(crate) async fn tell(&self, requested: &ExportRequested) {
        self.bus.publish(&[envelope(requested, self.clock.now())]).await.expect("the bus takes it");
    }

    pub(crate) async fn permits(&self, export: ExportId, person: UserId) -> bool {
        exports::permits(self.db.reader(), export, person, self.clock.now()).await.expect("an answer")
    }

    pub(crate) async fn page(&self, person: UserId, after: Option<&Place>) -> Option<Page> {
        exports::page(&Everything, self.db.reader(), person, after).await.expect("a page")
    }

    /// All pages of the person's, one after the other.
    pub(crate) async fn pages(&self, person: UserId) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        loop {
            let after = pages.last().and_then(|page| page.next.clone());
            if after.is_none() && !pages.is_empty() {
                return pages;
            }
            pages.push(self.page(person, after.as_ref()).await.expect("a page"));
        }
    }

    /// The answers that were told.
    pub(crate) async fn told(&self) -> Vec<ExportCompleted> {
        let query = "SELECT data FROM outbox WHERE kind = 'ExportCompleted' ORDER BY position";
        let query = sea_orm::Statement::from_string(self.db.backend(), query);
        let rows = self.db.reader().query_all_raw(query).await.expect("the query runs");
        let data = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).expect("a text");
        rows.iter().map(|row| serde_json::from_str(&data(row)).expect("an event")).collect()
    }

    pub(crate) async fn finish(self) {
        assert!(self.outbox.dead_letters(1).await.expect("the dead letters").is_empty());
        self.group.stop().await;
        self.db.close().await.expect("the database closes");
        self.database.remove().await;
    }
}

fn tables() -> [migration::TableCreateStatement; 3] {
    use migration::{ColumnDef, Table};
    let stamps = Table::create()
        .table("stamps")
        .col(ColumnDef::new("owner_id").uuid().not_null())
        .col(ColumnDef::new("country").text().not_null())
        .col(ColumnDef::new("worth").integer().not_null())
        .to_owned();
    let letters = Table::create()
        .table("letters")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("author_id").uuid().not_null())
        .col(ColumnDef::new("about").text().not_null())
        .col(ColumnDef::new("about_id").uuid().not_null())
        .col(ColumnDef::new("words").text())
        .col(ColumnDef::new("pages").text())
        .col(ColumnDef::new("weight").small_integer())
        .col(ColumnDef::new("height").double())
        .col(ColumnDef::new("hidden").boolean().not_null())
        .col(ColumnDef::new("written_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("due").date())
        .col(ColumnDef::new("folded").text())
        .to_owned();
    let postmen = Table::create().table("postmen").col(ColumnDef::new("name").text()).to_owned();
    [stamps, letters, postmen]
}

pub(crate) fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).expect("2026-03-01T12:00:00Z")
}

fn envelope<E: Event>(event: &E, now: DateTime<Utc>) -> Envelope {
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
