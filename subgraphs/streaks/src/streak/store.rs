//! The table of days that count.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use ids::UserId;
use named::Named as _;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, OnConflict},
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::model::{Calendar, History, QualifyingDay, StreakKind};

pub(crate) mod holds;
pub(crate) mod standings;

mod entity {
    //! A row for each thing that happened and each person it counts for, with the day it makes count.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "qualifying_days")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub local_date: Date,
        pub timezone: String,
        pub day_start_hour: i16,
        /// It doesn't count any more; the row stays, lest an earlier event that comes late make it count again.
        pub gone: bool,
        pub told_at: DateTimeUtc,
        pub seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

/// Keeps the day of its source, unless a later event about the same source is known.
pub(crate) async fn put(connection: &impl Connection, day: QualifyingDay) -> Result<(), StoreError> {
    let row = entity::ActiveModel {
        kind: Set(day.kind.name().to_owned()),
        source_id: Set(day.source_id),
        user_id: Set(day.user_id),
        local_date: Set(day.date),
        timezone: Set(day.calendar.zone.name().to_owned()),
        day_start_hour: Set(i16::from(day.calendar.day_start.hour())),
        gone: Set(day.gone),
        told_at: Set(day.told_at),
        seq: Set(day.seq),
    };
    let latest = OnConflict::columns([Column::UserId, Column::Kind, Column::SourceId])
        .update_columns([
            Column::LocalDate,
            Column::Timezone,
            Column::DayStartHour,
            Column::Gone,
            Column::ToldAt,
            Column::Seq,
        ])
        .action_and_where(Expr::col((Entity, Column::Seq)).lt(day.seq))
        .to_owned();
    Entity::insert(row).on_conflict(latest).exec_without_returning(connection).await.map(|_| ())
}

/// Everything that a streak is computed from.
pub(crate) async fn history(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<History, StoreError> {
    let dates = dates(connection, user_id, kind).await?;
    holds::history(connection, user_id, kind, dates).await
}

/// The dates that count, each once; the index (user_id, kind, gone, local_date) holds all that is read.
async fn dates(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<BTreeSet<NaiveDate>, StoreError> {
    let dates = days_of(user_id, kind).select_only().column(Column::LocalDate).distinct();
    let dates: Vec<NaiveDate> = dates.into_tuple().all(connection).await?;
    Ok(dates.into_iter().collect())
}

/// The calendar of the latest day that counts: not of the latest event, which may be about a day long ago and elsewhere.
pub(crate) async fn latest_calendar(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<Option<Calendar>, StoreError> {
    let latest = days_of(user_id, kind)
        .order_by_desc(Column::LocalDate)
        .order_by_desc(Column::ToldAt)
        .order_by_desc(Column::SourceId);
    let Some(row) = latest.one(connection).await? else {
        return Ok(None);
    };
    let calendar = Calendar::parse(&row.timezone, i64::from(row.day_start_hour));
    calendar.map(Some).map_err(|error| StoreError::Type(error.to_string()))
}

fn days_of(user_id: UserId, kind: StreakKind) -> Select<Entity> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Kind.eq(kind.name()))
        .filter(Column::Gone.eq(false))
}

/// Forgets everything that streaks of `user_id` are computed from.
pub(crate) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(connection).await?;
    holds::forget(connection, user_id).await?;
    standings::forget(connection, user_id).await
}
