//! Plans of SQLite: <https://www.sqlite.org/eqp.html>.

use ::database::Database;
use sea_orm::{ConnectionTrait as _, Statement};

use super::plan::table_of;

/// The steps that go through all of one of `tables`.
pub(super) async fn full_scans(db: &Database, statement: &Statement, tables: &[&str]) -> Vec<String> {
    let mut explain = statement.clone();
    explain.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let steps = db.reader().query_all_raw(explain).await;
    let steps = steps.unwrap_or_else(|error| panic!("{error}: the plan of {}", statement.sql));
    let details = steps.iter().map(|step| step.try_get::<String>("", "detail").expect("a plan's step"));
    let scans: Vec<String> = details.filter(|detail| is_full_scan(detail, &statement.sql, tables)).collect();
    if scans.is_empty() {
        return scans;
    }
    let partial = partial_indexes(db).await;
    scans
        .into_iter()
        .filter(|detail| !partial.iter().any(|index| detail.ends_with(&format!(" INDEX {index}"))))
        .collect()
}

/// Indexes of some rows only: whoever goes through all of one goes through what it is there to find.
async fn partial_indexes(db: &Database) -> Vec<String> {
    let partial = "SELECT i.name FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.partial = 1";
    let rows = db.reader().query_all_raw(Statement::from_string(db.backend(), partial)).await;
    let rows = rows.expect("the schema is readable");
    rows.iter().map(|row| row.try_get_by_index(0).expect("an index's name")).collect()
}

/// `SCAN` goes through all rows, or all of an index; an automatic index is made of all rows, for one statement.
fn is_full_scan(detail: &str, sql: &str, tables: &[&str]) -> bool {
    let mut words = detail.split(' ');
    let (Some(verb), Some(name)) = (words.next(), words.next()) else {
        return false;
    };
    let goes_through_all = verb == "SCAN" || detail.contains("USING AUTOMATIC");
    goes_through_all && table_of(name, sql, tables).is_some()
}
