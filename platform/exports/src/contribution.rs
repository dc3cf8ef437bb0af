//! What a subgraph contributes.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ids::UserId;

use crate::{
    row::Row,
    store::{Condition, Reader, StoreError},
    table::{LeftOut, Table},
};

/// The tables that platform crates keep in every database.
const PLATFORM: [LeftOut; 11] = [
    LeftOut("outbox", "events, which say what happened to the rest and go after a week"),
    LeftOut("inbox", "which events were handled"),
    LeftOut("dead_letters", "events that couldn't be handled"),
    LeftOut("tombstones", "who is gone"),
    LeftOut("idempotency_keys", "what a client asked for lately, for a day"),
    LeftOut("known_follows", "what is known here of follows, which social exports"),
    LeftOut("heard_relationships", "which word about a follow or a block was the latest"),
    LeftOut("known_blocks", "what is known here of blocks, which social exports"),
    LeftOut("throttles", "how often something was done lately, for a while"),
    LeftOut("export_permits", "who may read an export"),
    LeftOut("seaql_migrations", "the schema's history"),
];

/// What of a subgraph's database is whose.
#[async_trait]
pub trait Contribute: Send + Sync {
    /// The tables that are exported, in the order in which lines come.
    fn tables(&self) -> &'static [Table];

    /// The tables that aren't, and why. Those of platform crates needn't be named.
    fn left_out(&self) -> &'static [LeftOut];

    /// Which rows of `table` in which the person stands are for them to see; all, without a condition.
    fn condition(&self, _table: &Table, _person: UserId) -> Option<Condition> {
        None
    }

    /// Gives rows what they lack, and takes from them what the person isn't to see.
    async fn complete(
        &self,
        _reader: &Reader,
        _person: UserId,
        _table: &Table,
        _rows: &mut [Row],
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Which of `columns`, all that a database has, are neither exported nor left out for a reason; and what is named that isn't there.
pub fn unmentioned(contribution: &dyn Contribute, columns: &[(String, String)]) -> Vec<String> {
    let left_out: BTreeSet<&str> =
        PLATFORM.iter().chain(contribution.left_out()).map(|LeftOut(table, _)| *table).collect();
    let mut findings = Vec::new();
    for (table, column) in columns {
        let exported: Vec<&Table> =
            contribution.tables().iter().filter(|exported| exported.name == table).collect();
        let is_mentioned = match exported[..] {
            [] => left_out.contains(table.as_str()),
            _ => exported.iter().all(|exported| exported.mentioned().any(|mentioned| mentioned == column)),
        };
        if !is_mentioned {
            findings.push(format!("{table}.{column} is neither exported nor left out"));
        }
    }
    let is_there =
        |table: &str, column: &str| columns.iter().any(|known| known.0 == table && known.1 == column);
    for table in contribution.tables() {
        let missing = table.mentioned().filter(|column| !is_there(table.name, column));
        findings.extend(missing.map(|column| format!("there is no {}.{column}", table.name)));
        let unordered = table.order.iter().filter(|column| table.column(column).is_none());
        findings.extend(unordered.map(|column| format!("{}.{column} orders and isn't exported", table.name)));
        if table.order.is_empty() {
            findings.push(format!("{} has no order", table.name));
        }
    }
    for LeftOut(table, _) in contribution.left_out() {
        if !columns.iter().any(|known| known.0 == *table) {
            findings.push(format!("there is no {table}"));
        }
    }
    findings
}
