//! How many rows a database looks at, whatever the plan says that it would.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ::database::Database;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, SqlxSqliteConnector, Statement,
    sqlx::{Row as _, sqlite::SqlitePoolOptions},
};
use serde_json::Value as Json;

/// What SQLite's machine does at least for each row: move on to it, read a column, compare it.
const STEPS_A_ROW: u64 = 3;

/// About how many rows of all tables the database looks at to run those of `statements` that read, with their values.
pub(super) async fn looked_at(db: &Database, statements: &[Statement]) -> u64 {
    let reading = statements.iter().filter(|statement| statement.sql.starts_with("SELECT"));
    if db.is_sqlite() {
        let (counting, steps) = counting(db).await;
        for statement in reading {
            let rows = counting.query_all_raw(statement.clone()).await;
            rows.unwrap_or_else(|error| panic!("{error}: {}", statement.sql));
        }
        counting.close().await.expect("the connection closes");
        return steps.load(Ordering::Relaxed) / STEPS_A_ROW;
    }
    let mut rows = 0;
    for statement in reading {
        let mut explain = statement.clone();
        explain.sql = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {}", statement.sql);
        let answer = db.reader().query_one_raw(explain).await;
        let answer = answer.unwrap_or_else(|error| panic!("{error}: {}", statement.sql)).expect("a plan");
        let plan: Json = answer.try_get_by_index(0).expect("a plan is JSON");
        rows += rows_of(&plan[0]["Plan"]);
    }
    rows
}

/// A connection of its own to the same file, and how many steps SQLite's machine has made on it.
async fn counting(db: &Database) -> (DatabaseConnection, Arc<AtomicU64>) {
    let options = (*db.reader().get_sqlite_connection_pool().connect_options()).clone();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.expect("the test's database opens");
    let steps = Arc::new(AtomicU64::new(0));
    let counted = steps.clone();
    let mut connection = pool.acquire().await.expect("a connection");
    // The first statement of a connection reads the schema; that is not among them.
    let tables = sea_orm::sqlx::query("SELECT COUNT(*) FROM sqlite_master").fetch_one(&mut *connection).await;
    let _: i64 = tables.expect("the schema is readable").get(0);
    let mut handle = connection.lock_handle().await.expect("a handle");
    handle.set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(handle);
    drop(connection);
    (SqlxSqliteConnector::from_sqlx_sqlite_pool(pool), steps)
}

/// The rows that the scans below a node of a plan have read, and those that they left out.
fn rows_of(node: &Json) -> u64 {
    let number = |name: &str| node[name].as_f64().unwrap_or_default();
    let is_scan = node["Node Type"].as_str().is_some_and(|kind| {
        matches!(kind, "Seq Scan" | "Index Scan" | "Index Only Scan" | "Bitmap Heap Scan")
    });
    let read =
        number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    let here = if is_scan { whole(read * number("Actual Loops")) } else { 0 };
    here + node["Plans"].as_array().into_iter().flatten().map(rows_of).sum::<u64>()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of rows are small and not negative"
)]
fn whole(rows: f64) -> u64 {
    rows as u64
}
