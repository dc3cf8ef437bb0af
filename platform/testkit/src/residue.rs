//! Looking for what is left of somebody in a database, wherever it may stand.

use ::database::Database;
use ids::UserId;
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};

/// Where somebody may stand when they are gone: the memory of that, and events that go by themselves.
const EXPECTED: [&str; 2] = ["tombstones", "outbox"];

/// Every `table.column` in which the id of `user` still stands, as an id or within a text.
pub async fn residue_of(db: &Database, user: UserId) -> Vec<String> {
    let mut places = Vec::new();
    for (table, column) in columns_of(db).await {
        if EXPECTED.contains(&table.as_str()) {
            continue;
        }
        let is_theirs = if db.is_sqlite() {
            format!(r#""{column}" = x'{}'"#, user.as_uuid().simple())
        } else {
            format!(r#"CAST("{column}" AS TEXT) = '{}'"#, user.as_uuid())
        };
        let names_them = format!(r#"CAST("{column}" AS TEXT) LIKE '%{user}%'"#);
        let query = format!(r#"SELECT COUNT(*) FROM "{table}" WHERE {is_theirs} OR {names_them}"#);
        let rows: i64 = rows(db, &query).await[0].try_get_by_index(0).expect("a number");
        if rows > 0 {
            places.push(format!("{table}.{column}"));
        }
    }
    places
}

/// Every table of a database with each of its columns.
pub async fn columns_of(db: &Database) -> Vec<(String, String)> {
    let query = if db.is_sqlite() {
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_schema = current_schema()"
    };
    let text = |row: &QueryResult, index| row.try_get_by_index(index).expect("a name");
    rows(db, query).await.iter().map(|row| (text(row, 0), text(row, 1))).collect()
}

async fn rows(db: &Database, query: &str) -> Vec<QueryResult> {
    let rows = db.reader().query_all_raw(Statement::from_string(db.backend(), query)).await;
    rows.unwrap_or_else(|error| panic!("{query}: {error}"))
}
