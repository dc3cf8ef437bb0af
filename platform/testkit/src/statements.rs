//! The statements that a database runs, and how it would find their rows.

mod plan;
pub(crate) mod postgres;
mod rows;
mod sqlite;

use std::{
    collections::HashSet,
    fmt::{self, Write as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::database::Database;
use sea_orm::Statement;
use tokio::task::Id;

pub use self::plan::FullScan;

/// What is written down of a database while somebody watches it.
#[derive(Debug, Clone, Default)]
pub struct StatementLog(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    watches: usize,
    written: Vec<Written>,
}

#[derive(Debug)]
struct Written {
    statement: Statement,
    /// The task that ran it; `None` when it was the test itself.
    task: Option<u64>,
}

impl StatementLog {
    /// The database with each of its statements written down here while there is a watch.
    pub fn of(&self, database: Database) -> Database {
        let log = self.clone();
        database.observed_by(move |statement| log.write(statement))
    }

    /// Begins to write statements down: those of the test, and of tasks that begin after this. What ran before is not among
    /// them, nor what tasks do that were there already: relays, consumers and workers, at times of their own.
    pub fn watch(&self) -> Watch {
        let after = number(tokio::spawn(async {}).id());
        let mut log = self.lock();
        log.watches += 1;
        Watch { log: self.clone(), begin: log.written.len(), after }
    }

    /// Begins to write down everything, whoever runs it: relays and workers, too.
    pub fn watch_all(&self) -> Watch {
        let mut log = self.lock();
        log.watches += 1;
        Watch { log: self.clone(), begin: log.written.len(), after: 0 }
    }

    fn write(&self, statement: &Statement) {
        let mut log = self.lock();
        if log.watches > 0 {
            let task = tokio::task::try_id().map(number);
            log.written.push(Written { statement: statement.clone(), task });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tasks are numbered in the order in which they begin: tokio doesn't promise that it stays so, a test below does.
fn number(task: Id) -> u64 {
    task.to_string().parse().expect("tokio numbers its tasks")
}

/// Statements are written down as long as this is there.
#[derive(Debug)]
pub struct Watch {
    log: StatementLog,
    begin: usize,
    /// The last task that was there before.
    after: u64,
}

impl Watch {
    /// The statements that ran since the watch began. Beginning and ending transactions aren't among them.
    pub fn statements(self) -> Statements {
        self.so_far()
    }

    /// The same, and more are written down.
    pub fn so_far(&self) -> Statements {
        let log = self.log.lock();
        let since = log.written.get(self.begin..).unwrap_or_default().iter();
        let watched = since.filter(|written| written.task.is_none_or(|task| task > self.after));
        Statements(watched.map(|written| written.statement.clone()).collect())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut log = self.log.lock();
        log.watches -= 1;
        if log.watches == 0 {
            log.written.clear();
        }
    }
}

/// Statements in the order in which they ended.
#[derive(Debug, Clone, Default)]
pub struct Statements(Vec<Statement>);

impl Statements {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Their SQL, with places for values.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|statement| statement.sql.as_str())
    }

    /// Whether there is one with `words` in its SQL.
    pub(crate) fn any(&self, words: &str) -> bool {
        self.texts().any(|text| text.contains(words))
    }

    /// These and those.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Fails, and shows the statements, unless there are `count` of them.
    #[track_caller]
    pub fn assert_count(&self, count: usize) {
        assert_eq!(self.count(), count, "another number of statements:\n{self}");
    }

    /// Fails, and shows the statements of both, unless there are as many of them as of `other`: of another page, of a larger
    /// page, of more rows.
    #[track_caller]
    pub fn assert_as_many_as(&self, other: &Self) {
        let (one, many) = (self.count(), other.count());
        assert_eq!(one, many, "the number of statements is not the same:\n{self}\nand those:\n{other}");
    }
}

impl fmt::Display for Statements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts().try_for_each(|text| writeln!(formatter, "  {text}"))
    }
}

/// Where the database would look at every row of one of `tables` to run `statements`, whatever the values. PostgreSQL plans by
/// what it knows of the tables: it takes stock of them first, and rightly reads one of a few rows as a whole, so there have
/// to be enough rows.
pub async fn full_scans(db: &Database, statements: &Statements, tables: &[&str]) -> Vec<FullScan> {
    let mut found = Vec::new();
    take_stock(db, tables).await;
    let mut known = HashSet::new();
    // The same statement with other values is found its rows in the same way.
    let different = statements.0.iter().filter(|statement| known.insert(statement.sql.as_str()));
    for statement in different.filter(|statement| has_plan(&statement.sql)) {
        let scans = if db.is_sqlite() {
            sqlite::full_scans(db, statement, tables).await
        } else {
            postgres::full_scans(db, statement, tables).await
        };
        found.extend(scans.into_iter().map(|scan| FullScan { sql: statement.sql.clone(), scan }));
    }
    found
}

/// Has PostgreSQL count what is in those of the tables of which it knows nothing.
pub(crate) async fn take_stock(db: &Database, tables: &[&str]) {
    if !db.is_sqlite() {
        postgres::take_stock_once(db, tables).await;
    }
}

/// What makes tables has none.
fn has_plan(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb))
}

/// About how many rows of all tables the database looks at to run those of `statements` that read.
pub(crate) async fn rows_looked_at(db: &Database, statements: &Statements) -> u64 {
    rows::looked_at(db, &statements.0).await
}

/// Fails, and shows the statements and the plans, when there are any [`full_scans`].
pub async fn assert_no_full_scan(db: &Database, statements: &Statements, tables: &[&str]) {
    assert_ne!(statements.count(), 0, "there are no statements to look at");
    let found = full_scans(db, statements, tables).await;
    let shown = found.iter().fold(String::new(), |mut shown, scan| {
        let _ = writeln!(shown, "  {scan}");
        shown
    });
    assert!(found.is_empty(), "whole tables would be read:\n{shown}");
}

#[cfg(test)]
mod tests {
    use ::database::Database;
    use sea_orm::{ConnectionTrait as _, Statement};

    use super::{StatementLog, full_scans, rows_looked_at};
    use crate::TestDatabase;

    /// Two thousand people, of whom one in a hundred is called anything, and what each has; one name is indexed.
    async fn people(log: &StatementLog) -> (TestDatabase, Database) {
        let database = TestDatabase::create().await;
        let db = log.of(database.open().await);
        let numbers =
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)";
        let writing = db.begin().await.unwrap();
        for statement in [
            "CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, nickname text NOT NULL)"
                .to_owned(),
            "CREATE INDEX people_by_name ON people (name)".to_owned(),
            "CREATE TABLE things (owner integer NOT NULL, what text NOT NULL)".to_owned(),
            format!(
                "INSERT INTO people {numbers} SELECT n, 'name ' || (n % 100), 'nick ' || (n % 100) FROM numbers"
            ),
            format!("INSERT INTO things {numbers} SELECT n, 'thing ' || n FROM numbers"),
        ] {
            writing.execute_unprepared(&statement).await.unwrap();
        }
        writing.commit().await.unwrap();
        (database, db)
    }

    async fn run(db: &Database, sql: &str, value: impl Into<sea_orm::Value>) {
        let sql = if db.is_sqlite() { sql.replace("$1", "?") } else { sql.to_owned() };
        let statement = Statement::from_sql_and_values(db.backend(), sql, [value.into()]);
        db.reader().query_all_raw(statement).await.unwrap();
    }

    /// How many of the steps to run this go through all of the tables.
    async fn scans(sql: &str, value: impl Into<sea_orm::Value>) -> usize {
        let log = StatementLog::default();
        let (database, db) = people(&log).await;
        let watch = log.watch();
        run(&db, sql, value).await;
        let statements = watch.statements();
        statements.assert_count(1);
        let found = full_scans(&db, &statements, &["people", "things"]).await;
        db.close().await.unwrap();
        database.remove().await;
        found.len()
    }

    #[tokio::test]
    async fn what_an_index_serves_goes_through_no_table() {
        assert_eq!(scans(r#"SELECT "id" FROM "people" WHERE "name" = $1"#, "name 7").await, 0);
        assert_eq!(scans(r#"SELECT "name" FROM "people" AS "p" WHERE "p"."id" = $1"#, 7).await, 0);
    }

    #[tokio::test]
    async fn what_no_index_serves_is_found_by_whatever_name() {
        assert_eq!(scans(r#"SELECT "id" FROM "people" WHERE "nickname" = $1"#, "nick 7").await, 1);
        assert_eq!(scans(r#"SELECT "id" FROM "people" AS "p" WHERE "p"."nickname" = $1"#, "nick 7").await, 1);
    }

    #[tokio::test]
    async fn a_walk_along_a_whole_index_is_found() {
        let sql = r#"SELECT "name" FROM "people" WHERE "nickname" <> $1 ORDER BY "id" LIMIT 3"#;
        assert_eq!(scans(sql, "nick 7").await, 1);
    }

    #[tokio::test]
    async fn a_join_without_an_index_is_found() {
        let sql = r#"SELECT "what" FROM "people" JOIN "things" ON "owner" = "id" WHERE "name" = $1"#;
        assert_eq!(scans(sql, "name 7").await, 1);
    }

    #[tokio::test]
    async fn rows_are_counted_that_are_looked_at_and_not_only_those_that_are_found() {
        let log = StatementLog::default();
        let (database, db) = people(&log).await;
        for (sql, value, least, most) in [
            (r#"SELECT "id" FROM "people" WHERE "name" = $1"#, "name 7", 20, 100),
            (r#"SELECT "id" FROM "people" WHERE "nickname" = $1"#, "nick 7", 2_000, 4_000),
        ] {
            let watch = log.watch();
            run(&db, sql, value).await;
            let rows = rows_looked_at(&db, &watch.statements()).await;
            assert!((least..=most).contains(&rows), "{rows} rows: {sql}");
        }
        db.close().await.unwrap();
        database.remove().await;
    }

    #[tokio::test]
    async fn only_what_runs_while_it_is_watched_is_written_down_in_transactions_as_well() {
        let log = StatementLog::default();
        let (database, db) = people(&log).await;
        let by_id = r#"SELECT "name" FROM "people" WHERE "id" = $1"#;
        run(&db, by_id, 1).await;
        let outer = log.watch();
        run(&db, by_id, 2).await;
        let inner = log.watch();
        let rename = r#"UPDATE "people" SET "name" = 'Ada' WHERE "id" = 3"#;
        let writing = db.begin().await.unwrap();
        writing.execute_raw(Statement::from_string(db.backend(), rename)).await.unwrap();
        writing.commit().await.unwrap();
        run(&db, by_id, 4).await;
        let (inner, outer) = (inner.statements(), outer.statements());
        assert_eq!(inner.texts().next(), Some(rename));
        inner.assert_count(2);
        outer.assert_count(3);
        run(&db, by_id, 5).await;
        log.watch().statements().assert_count(0);
        db.close().await.unwrap();
        database.remove().await;
    }

    #[tokio::test]
    async fn what_tasks_do_that_were_there_before_is_not_written_down() {
        let log = StatementLog::default();
        let write = |sql: &'static str| {
            let log = log.clone();
            async move { log.write(&Statement::from_string(sea_orm::DbBackend::Sqlite, sql)) }
        };
        let (begin, begun) = tokio::sync::oneshot::channel::<()>();
        let of_a_worker = write("a worker's");
        let worker = tokio::spawn(async move {
            begun.await.unwrap();
            of_a_worker.await;
        });
        let watch = log.watch();
        begin.send(()).unwrap();
        worker.await.unwrap();
        tokio::spawn(write("a loader's")).await.unwrap();
        write("the test's").await;
        assert_eq!(watch.statements().texts().collect::<Vec<_>>(), ["a loader's", "the test's"]);
    }
}
