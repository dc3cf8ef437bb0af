//! Plans of PostgreSQL. From the sixth time on it takes one that it makes for a prepared statement whatever the values, unless
//! one that it makes for the values is cheaper: so a plan that goes through a table is taken only when both do.

use ::database::Database;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, Statement, Value};
use serde_json::Value as Json;

use super::plan::table_of;

/// Counts what is in the tables, as the server does by itself after a while.
pub(crate) async fn take_stock(db: &Database, tables: &[&str]) {
    for table in tables {
        let analyzed = db.reader().execute_unprepared(&format!("ANALYZE \"{table}\"")).await;
        analyzed.unwrap_or_else(|error| panic!("{error}: taking stock of {table}"));
    }
}

/// The same of those of the tables of which nothing is known yet.
pub(super) async fn take_stock_once(db: &Database, tables: &[&str]) {
    let known = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE reltuples > 0 AND relkind = 'r'";
    let known = db.reader().query_all_raw(Statement::from_string(db_backend(), known)).await;
    let known: Vec<String> = known
        .expect("the catalogue is readable")
        .iter()
        .map(|row| row.try_get_by_index(0).expect("a table's name"))
        .collect();
    let unknown = tables.iter().copied().filter(|table| !known.iter().any(|known| known == table));
    take_stock(db, &unknown.collect::<Vec<_>>()).await;
}

/// The steps that go through all of one of `tables`.
pub(super) async fn full_scans(db: &Database, statement: &Statement, tables: &[&str]) -> Vec<String> {
    let scans = |plan: Result<Json, DbErr>, partial: &[String]| {
        let plan = plan.unwrap_or_else(|error| panic!("{error}: the plan of {}", statement.sql));
        let mut found = Vec::new();
        collect(&plan[0]["Plan"], &statement.sql, tables, partial, &mut found);
        found
    };
    let whatever_the_values = scans(plan(db, statement).await, &[]);
    if whatever_the_values.is_empty() {
        return whatever_the_values;
    }
    scans(plan_for_values(db, statement).await, &partial_indexes(db).await)
}

/// Indexes of some rows only: whoever goes through all of one goes through what it is there to find.
async fn partial_indexes(db: &Database) -> Vec<String> {
    let partial = "SELECT CAST(relname AS TEXT) FROM pg_class JOIN pg_index ON indexrelid = oid WHERE indpred IS NOT NULL";
    let rows = db.reader().query_all_raw(Statement::from_string(db_backend(), partial)).await;
    let rows = rows.expect("the catalogue is readable");
    rows.iter().map(|row| row.try_get_by_index(0).expect("an index's name")).collect()
}

async fn plan_for_values(db: &Database, statement: &Statement) -> Result<Json, DbErr> {
    let mut explain = statement.clone();
    explain.sql = format!("EXPLAIN (FORMAT JSON) {}", statement.sql);
    let row = db.reader().query_one_raw(explain).await?;
    row.ok_or_else(|| DbErr::Custom("no plan".to_owned()))?.try_get_by_index(0)
}

async fn plan(db: &Database, statement: &Statement) -> Result<Json, DbErr> {
    let transaction = db.begin().await?;
    let explained = explain(&transaction, statement).await;
    // Takes the setting back, too; what is prepared outlives it.
    transaction.rollback().await?;
    explained
}

async fn explain(transaction: &DatabaseTransaction, statement: &Statement) -> Result<Json, DbErr> {
    let values = statement.values.as_ref().map_or(&[][..], |values| values.0.as_slice());
    let types: Vec<&str> = values.iter().map(type_of).collect();
    let types = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
    let nulls = vec!["NULL"; values.len()].join(", ");
    let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    transaction.execute_unprepared("SET LOCAL plan_cache_mode = force_generic_plan").await?;
    transaction.execute_unprepared(&format!("PREPARE explained {types} AS {}", statement.sql)).await?;
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE explained {nulls}");
    let row = transaction.query_one_raw(Statement::from_string(db_backend(), explain)).await;
    transaction.execute_unprepared("DEALLOCATE explained").await?;
    let row = row?.ok_or_else(|| DbErr::Custom("no plan".to_owned()))?;
    row.try_get_by_index(0)
}

fn db_backend() -> sea_orm::DbBackend {
    sea_orm::DbBackend::Postgres
}

/// The type that the driver sends a value with.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::SmallInt(_) | Value::TinyUnsigned(_) => "smallint",
        Value::Int(_) | Value::SmallUnsigned(_) => "integer",
        Value::BigInt(_) | Value::Unsigned(_) | Value::BigUnsigned(_) => "bigint",
        Value::Float(_) => "real",
        Value::Double(_) => "double precision",
        Value::String(_) | Value::Char(_) => "text",
        Value::Bytes(_) => "bytea",
        Value::Json(_) => "json",
        Value::ChronoDate(_) => "date",
        Value::ChronoTime(_) => "time",
        Value::ChronoDateTime(_) => "timestamp",
        Value::ChronoDateTimeUtc(_)
        | Value::ChronoDateTimeLocal(_)
        | Value::ChronoDateTimeWithTimeZone(_) => "timestamptz",
        Value::Uuid(_) => "uuid",
        // What it is, the statement says.
        _ => "unknown",
    }
}

fn collect(node: &Json, sql: &str, tables: &[&str], partial: &[String], found: &mut Vec<String>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let (kind, relation) = (text("Node Type"), text("Relation Name"));
    let through_an_index =
        matches!(kind, "Index Scan" | "Index Only Scan") && node.get("Index Cond").is_none();
    let through_an_index = through_an_index && !partial.iter().any(|index| index == text("Index Name"));
    if (kind == "Seq Scan" || through_an_index) && table_of(relation, sql, tables).is_some() {
        found.push(format!("{kind} on {relation}"));
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect(child, sql, tables, partial, found);
    }
}
