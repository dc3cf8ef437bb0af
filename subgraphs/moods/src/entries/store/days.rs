//! Entries counted by day.

use chrono::NaiveDate;
use ids::UserId;
use named::Named as _;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, sea_query::ExprTrait};

use super::{Column, Connection, Entity, StoreError, visible_to};
use crate::entries::model::{DateRange, MoodKind, calendar::DayCount};

#[derive(FromQueryResult)]
struct Row {
    local_date: NaiveDate,
    kind: String,
    entries: i64,
    sum: i64,
    lowest: i16,
    highest: i16,
}

/// The owner's entries that `viewer` may see, by day and kind; the index (user_id, local_date) serves them.
pub(crate) async fn count(
    connection: &impl Connection,
    viewer: UserId,
    owner: UserId,
    range: DateRange,
) -> Result<Vec<DayCount>, StoreError> {
    let mut entries = Entity::find()
        .select_only()
        .column(Column::LocalDate)
        .column(Column::Kind)
        .column_as(Column::Id.count(), "entries")
        .column_as(Column::Score.sum().cast_as("bigint"), "sum")
        .column_as(Column::Score.min(), "lowest")
        .column_as(Column::Score.max(), "highest")
        .filter(Column::UserId.eq(owner))
        .filter(Column::LocalDate.between(range.from, range.to))
        .group_by(Column::LocalDate)
        .group_by(Column::Kind);
    if viewer != owner {
        entries = entries.filter(visible_to(viewer));
    }
    let rows = entries.into_model::<Row>().all(connection).await?;
    let read = |row: Row| {
        let kind = MoodKind::of_name(&row.kind)?;
        let Row { local_date: date, entries, sum, lowest, highest, .. } = row;
        Ok(DayCount { date, kind, entries, sum, lowest, highest })
    };
    rows.into_iter().map(read).collect()
}
