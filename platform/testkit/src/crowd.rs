//! Tables of a hundred thousand rows, in a moment: the database makes them of their numbers.

use std::collections::BTreeSet;

use ::database::Database;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction};

use crate::statements::postgres::take_stock;

/// Writes `count` rows, numbered from 0, by one statement. In `row`, an SQL expression for each column, `n` is the number;
/// `{id 3 n}` is the id of kind 3 with that number, ids of greater numbers being greater; `{at 60 * n}` is the instant so many
/// seconds after the noon that tests begin at.
pub async fn fill(work: &DatabaseTransaction, table: &str, columns: &str, row: &str, count: usize) {
    let row = expand(row, work.get_database_backend() == sea_orm::DbBackend::Sqlite);
    let statement = format!(
        "INSERT INTO {table} ({columns}) WITH RECURSIVE numbers(n) AS \
         (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) SELECT {row} FROM numbers",
        count - 1
    );
    let filled = work.execute_unprepared(&statement).await;
    filled.unwrap_or_else(|error| panic!("{error}: filling {table} with {row}"));
}

/// The same for several tables, in one transaction; PostgreSQL takes stock of them.
pub async fn fill_all(db: &Database, tables: &[(&str, &str, &str, usize)]) {
    let work = db.begin().await.expect("a transaction");
    for (table, columns, row, count) in tables {
        fill(&work, table, columns, row, *count).await;
    }
    work.commit().await.expect("the rows are committed");
    if !db.is_sqlite() {
        let tables: BTreeSet<&str> = tables.iter().map(|(table, ..)| *table).collect();
        take_stock(db, &tables.into_iter().collect::<Vec<_>>()).await;
    }
}

fn expand(row: &str, is_sqlite: bool) -> String {
    let mut expanded = String::new();
    let mut rest = row;
    while let Some((before, after)) = rest.split_once('{') {
        let (what, after) = after.split_once('}').expect("what is opened is closed");
        expanded.push_str(before);
        expanded.push_str(&expression(what, is_sqlite));
        rest = after;
    }
    expanded + rest
}

fn expression(what: &str, is_sqlite: bool) -> String {
    match what.split_once(' ') {
        Some(("id", kind_and_number)) => {
            let (kind, number) = kind_and_number.split_once(' ').expect("a kind and a number");
            if is_sqlite {
                format!("unhex(printf('0190%08x7000800{kind}%012x', {number}, {number}))")
            } else {
                let hex = |length| format!("lpad(to_hex({number}), {length}, '0')");
                format!("('0190' || {} || '7000800{kind}' || {})::uuid", hex(8), hex(12))
            }
        }
        Some(("at", seconds)) if is_sqlite => {
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', 1772366400 + ({seconds}), 'unixepoch')")
        }
        Some(("at", seconds)) => format!("to_timestamp(1772366400 + ({seconds}))"),
        _ => panic!("`{what}` is not known to fill tables with"),
    }
}
