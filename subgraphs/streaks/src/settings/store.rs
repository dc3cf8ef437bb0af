//! The table of settings.

use std::collections::HashMap;

use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::streak::{
    model::Calendar,
    store::{Connection, StoreError},
};

mod entity {
    //! A row for each person who has set anything.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settings")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub timezone: String,
        pub day_start_hour: i16,
        /// The event that these are from.
        pub seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The calendar of somebody's settings, or the one that holds for everybody.
pub(crate) async fn calendar_of(
    connection: &impl Connection,
    user_id: UserId,
) -> Result<Calendar, StoreError> {
    Ok(calendars_of(connection, &[user_id]).await?.remove(&user_id).unwrap_or_default())
}

/// The calendars of those of `people` who have set one.
pub(crate) async fn calendars_of(
    connection: &impl Connection,
    people: &[UserId],
) -> Result<HashMap<UserId, Calendar>, StoreError> {
    let rows = entity::Entity::find().filter(entity::Column::UserId.is_in(people.iter().copied()));
    let calendar = |row: entity::Model| {
        let calendar = Calendar::parse(&row.timezone, i64::from(row.day_start_hour));
        calendar.map(|calendar| (row.user_id, calendar)).map_err(|error| StoreError::Type(error.to_string()))
    };
    rows.all(connection).await?.into_iter().map(calendar).collect()
}

/// Keeps `calendar` unless the one that is known is from a later event than `seq`.
pub(super) async fn put(
    connection: &impl Connection,
    user_id: UserId,
    calendar: Calendar,
    seq: i64,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel {
        user_id: Set(user_id),
        timezone: Set(calendar.zone.name().to_owned()),
        day_start_hour: Set(i16::from(calendar.day_start.hour())),
        seq: Set(seq),
    };
    let known = Expr::col((entity::Entity, entity::Column::Seq));
    let latest = OnConflict::column(entity::Column::UserId)
        .update_columns([entity::Column::Timezone, entity::Column::DayStartHour, entity::Column::Seq])
        .action_and_where(known.lte(seq))
        .to_owned();
    entity::Entity::insert(row).on_conflict(latest).exec_without_returning(connection).await.map(|_| ())
}

/// Forgets the settings of `user_id`.
pub(crate) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    entity::Entity::delete_by_id(user_id).exec(connection).await.map(|_| ())
}
