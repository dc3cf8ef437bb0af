//! Many people with many moods, put straight into the tables: thousands in a moment.

use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock as _;
use events::social::FollowCreated;
use ids::{CustomMoodId, MoodId, TagId, UserId};
use moods::Moods;
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbBackend, Value,
    sea_query::{Expr, Query},
};
use testkit::TestApp;

/// What Ada has logged: five moods a day.
pub(crate) const MANY: usize = 10_000;
const A_DAY: usize = 5;
/// What everybody else has logged.
const FEW: usize = 15;
const OTHERS: usize = 200;
/// What people made of whom nothing else is known: with a few thousand rows, PostgreSQL rightly reads a table as a whole.
const STRANGERS: [(&str, &str, u32); 4] = [
    ("mood_tags", "ID, ID, 'tag ' || n, 'tag ' || n, CURRENT_TIMESTAMP", 60_000),
    ("custom_moods", "ID, ID, 'mood ' || n, 'mood ' || n, 3, false, CURRENT_TIMESTAMP", 30_000),
    ("known_follows", "ID, ID", 20_000),
    ("known_blocks", "ID, ID", 20_000),
];
/// So many rows are written by one statement: SQLite takes 32,766 values.
const BATCH: usize = 1_500;

const LABELS: [&str; 4] = ["calm", "happy", "sad", "proud"];
const ASSOCIATIONS: [&str; 6] = ["work", "family", "weather", "friends", "health", "travel"];
const VISIBILITIES: [&str; 3] = ["PRIVATE", "FOLLOWERS", "PUBLIC"];

/// The tables that grow with people and what they do.
pub(crate) const TABLES: [&str; 6] =
    ["mood_entries", "mood_tags", "mood_entry_tags", "custom_moods", "known_follows", "known_blocks"];

/// Ada has [`MANY`] moods, Bo follows her, Cy has a few moods, and there are many others.
pub(crate) struct Crowd {
    pub(crate) app: TestApp,
    pub(crate) ada: UserId,
    pub(crate) bo: UserId,
    pub(crate) cy: UserId,
    /// Ada's, the newest first.
    pub(crate) entries: Vec<MoodId>,
    /// Some that Ada shares with followers are logged with it.
    pub(crate) custom_mood: CustomMoodId,
}

/// Somebody's moods, and what they made to describe them.
struct Person {
    id: UserId,
    tags: Vec<TagId>,
    custom_moods: Vec<CustomMoodId>,
    entries: Vec<MoodId>,
}

impl Person {
    fn new(app: &TestApp, entries: usize) -> Self {
        let now = app.clock.now();
        let (tags, custom_moods) = if entries == MANY { (200, 90) } else { (FEW, 3) };
        Self {
            id: app.new_user(),
            tags: (0..tags).map(|_| TagId::at(now)).collect(),
            custom_moods: (0..custom_moods).map(|_| CustomMoodId::at(now)).collect(),
            entries: (0..entries).map(|number| MoodId::at(felt_at(now, number))).collect(),
        }
    }
}

fn felt_at(now: DateTime<Utc>, number: usize) -> DateTime<Utc> {
    let whole = |number: usize| i64::try_from(number).expect("small");
    now - TimeDelta::days(whole(number / A_DAY)) - TimeDelta::hours(whole(number % A_DAY) * 2)
}

pub(crate) async fn crowd() -> Crowd {
    let app = TestApp::start::<Moods>().await;
    let mut people = vec![Person::new(&app, MANY)];
    people.extend((0..OTHERS).map(|_| Person::new(&app, FEW)));
    let work = app.db.begin().await.expect("a transaction");
    let now = app.clock.now();
    put(&work, "mood_entries", ENTRY, people.iter().flat_map(|person| entries(person, now))).await;
    put(&work, "mood_tags", TAG, people.iter().flat_map(|person| tags(person, now))).await;
    put(&work, "mood_entry_tags", ["entry_id", "tag_id", "position"], people.iter().flat_map(tagged)).await;
    put(&work, "custom_moods", CUSTOM_MOOD, people.iter().flat_map(|person| custom_moods(person, now))).await;
    for (table, row, count) in STRANGERS {
        put_strangers(&work, table, row, count).await;
    }
    work.commit().await.expect("a commit");
    app.take_stock(&TABLES).await;
    let (ada, bo, cy) = (people[0].id, app.new_user(), people[1].id);
    app.tell(&FollowCreated { follower_id: bo, followed_id: ada, at: now }).await;
    let Person { entries, custom_moods, .. } = people.swap_remove(0);
    Crowd { app, ada, bo, cy, entries, custom_mood: custom_moods[7] }
}

const ENTRY: [&str; 17] = [
    "id",
    "user_id",
    "score",
    "valence",
    "kind",
    "labels",
    "associations",
    "custom_mood_id",
    "note",
    "occurred_at",
    "timezone",
    "day_start_hour",
    "local_date",
    "visibility",
    "revision",
    "created_at",
    "updated_at",
];

/// Every page of whatever filter has moods with tags and moods with a mood of their owner's own making.
fn entries(person: &Person, now: DateTime<Utc>) -> impl Iterator<Item = [Value; 17]> {
    person.entries.iter().enumerate().map(move |(number, id)| {
        let at = felt_at(now, number);
        let score = 1 + (number + number / A_DAY) % 5;
        let score = i16::try_from(score).expect("1 to 5");
        let custom_mood = number.is_multiple_of(3).then(|| {
            let made = &person.custom_moods;
            made[number / 3 % made.len()].as_uuid()
        });
        [
            id.as_uuid().into(),
            person.id.as_uuid().into(),
            score.into(),
            (f64::from(score - 3) / 2.0).into(),
            if number % A_DAY == 4 { "DAILY" } else { "MOMENT" }.into(),
            format!(r#"["{}"]"#, LABELS[number % LABELS.len()]).into(),
            format!(r#"["{}"]"#, ASSOCIATIONS[number % ASSOCIATIONS.len()]).into(),
            custom_mood.into(),
            (number % 7 == 0).then(|| format!("note {number}")).into(),
            at.into(),
            "UTC".into(),
            0_i16.into(),
            at.date_naive().into(),
            VISIBILITIES[number / 3 % VISIBILITIES.len()].into(),
            1_i32.into(),
            at.into(),
            at.into(),
        ]
    })
}

const TAG: [&str; 5] = ["id", "user_id", "name", "folded_name", "created_at"];

fn tags(person: &Person, now: DateTime<Utc>) -> impl Iterator<Item = [Value; 5]> {
    person.tags.iter().enumerate().map(move |(number, id)| {
        let name = format!("tag {number:03}");
        [id.as_uuid().into(), person.id.as_uuid().into(), name.clone().into(), name.into(), now.into()]
    })
}

/// Each mood has two tags: one that few have, and one that every second has.
fn tagged(person: &Person) -> impl Iterator<Item = [Value; 3]> {
    person.entries.iter().enumerate().flat_map(|(number, id)| {
        let rare = 2 + number % (person.tags.len() - 2);
        [(rare, 0_i16), (number % 2, 1)]
            .map(|(tag, position)| [id.as_uuid().into(), person.tags[tag].as_uuid().into(), position.into()])
    })
}

const CUSTOM_MOOD: [&str; 7] = ["id", "user_id", "name", "folded_name", "score", "archived", "created_at"];

fn custom_moods(person: &Person, now: DateTime<Utc>) -> impl Iterator<Item = [Value; 7]> {
    person.custom_moods.iter().enumerate().map(move |(number, id)| {
        let name = format!("mood {number:03}");
        [
            id.as_uuid().into(),
            person.id.as_uuid().into(),
            name.clone().into(),
            name.into(),
            3_i16.into(),
            (number % 9 == 8).into(),
            now.into(),
        ]
    })
}

/// Fills a table with rows of as many strangers, by one statement.
async fn put_strangers(work: &DatabaseTransaction, table: &str, row: &str, count: u32) {
    let columns = match table {
        "mood_tags" => TAG.join(", "),
        "custom_moods" => CUSTOM_MOOD.join(", "),
        "known_follows" => "follower_id, followed_id".to_owned(),
        _ => "blocker_id, blocked_id".to_owned(),
    };
    let is_sqlite = work.get_database_backend() == DbBackend::Sqlite;
    // Ids of the same time as everybody's: of others, PostgreSQL would know that they lie beyond those asked for.
    let beside = "('019ca945' || substr(md5(random()::text), 1, 24))::uuid";
    let row = row.replace("ID", if is_sqlite { "randomblob(16)" } else { beside });
    let statement = format!(
        "INSERT INTO {table} ({columns}) WITH RECURSIVE numbers(n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) SELECT {row} FROM numbers"
    );
    let filled = work.execute_unprepared(&statement).await;
    filled.unwrap_or_else(|error| panic!("{error}: filling {table}"));
}

async fn put<const COLUMNS: usize>(
    work: &DatabaseTransaction,
    table: &'static str,
    columns: [&'static str; COLUMNS],
    rows: impl Iterator<Item = [Value; COLUMNS]>,
) {
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let mut insert = Query::insert();
        insert.into_table(table).columns(columns);
        for row in rows.by_ref().take(BATCH) {
            insert.values_panic(row.map(Expr::val));
        }
        work.execute(&insert).await.unwrap_or_else(|error| panic!("{error}: filling {table}"));
    }
}
