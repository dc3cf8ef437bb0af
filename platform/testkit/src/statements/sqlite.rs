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
    details.filter(|detail| is_full_scan(detail, &statement.sql, tables)).collect()
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
