//! Pages of lines.

use ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Contribute,
    row::{Row, field},
    store::{self, Reader, StoreError},
    table::Table,
};

/// A page has at most so many lines.
const LINES: usize = 200;
/// A page ends with the line that makes it this long: what people write may be long.
const ENOUGH_BYTES: usize = 256 * 1024;

/// Where a page ends: the type of its last line, and what that is ordered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    kind: String,
    key: Vec<Value>,
}

impl pagination::Key for Place {
    const KIND: &'static str = "export";
}

/// Some of what is kept of somebody.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// JSON Lines.
    pub content: String,
    pub lines: usize,
    /// None when nothing comes after it.
    pub next: Option<Place>,
}

impl Page {
    fn is_full(&self) -> bool {
        self.lines >= LINES || self.content.len() >= ENOUGH_BYTES
    }

    fn add(&mut self, table: &Table, row: Row, key: Vec<Value>) {
        self.content.push_str(&row.into_line(table.kind));
        self.lines += 1;
        self.next = Some(Place { kind: table.kind.to_owned(), key });
    }
}

/// The lines of `person` that come after `after`, or the first ones; none when there is no such place.
pub async fn page(
    contribution: &dyn Contribute,
    reader: &Reader,
    person: UserId,
    after: Option<&Place>,
) -> Result<Option<Page>, StoreError> {
    let (tables, mut key) = match after {
        None => (contribution.tables(), None),
        Some(place) => {
            let tables = contribution.tables();
            let Some(index) = tables.iter().position(|table| table.kind == place.kind) else {
                return Ok(None);
            };
            let Some(key) = store::key_values(&tables[index], &place.key) else {
                return Ok(None);
            };
            (&tables[index..], Some(key))
        }
    };
    let mut page = Page::default();
    for table in tables {
        let wanted = LINES - page.lines;
        // One more than there is room for, to know whether something is left.
        let condition = contribution.condition(table, person);
        let mut rows = store::rows(reader, table, person, condition, key.take(), wanted + 1).await?;
        let is_left = rows.len() > wanted;
        rows.truncate(wanted);
        let keys: Vec<_> = rows.iter().map(|row| key_of(table, row)).collect();
        contribution.complete(reader, person, table, &mut rows).await?;
        let mut lines = rows.into_iter().zip(keys);
        for (row, key) in lines.by_ref() {
            page.add(table, row, key);
            if page.is_full() {
                break;
            }
        }
        if is_left || lines.next().is_some() {
            return Ok(Some(page));
        }
        if page.is_full() && !is_last(tables, table) {
            return Ok(Some(page));
        }
    }
    page.next = None;
    Ok(Some(page))
}

fn is_last(tables: &[Table], table: &Table) -> bool {
    tables.last().is_some_and(|last| last.kind == table.kind)
}

fn key_of(table: &Table, row: &Row) -> Vec<Value> {
    table.order.iter().map(|column| row.get(&field(column)).cloned().unwrap_or_default()).collect()
}
