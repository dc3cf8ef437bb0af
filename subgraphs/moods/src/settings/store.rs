//! The table of settings.

use clock::day::Calendar;
use events::moods::MoodVisibility;
use ids::UserId;
use named::Named as _;
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DbErr, EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use super::Settings;

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
        pub visibility: String,
        /// The event that these are from.
        pub seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Somebody's settings, or those that hold for everybody.
pub(crate) async fn of(connection: &impl ConnectionTrait, user_id: UserId) -> Result<Settings, DbErr> {
    let Some(row) = entity::Entity::find_by_id(user_id).one(connection).await? else {
        return Ok(Settings::default());
    };
    let days = Calendar::parse(&row.timezone, i64::from(row.day_start_hour));
    let days = days.map_err(|error| DbErr::Type(error.to_string()))?;
    Ok(Settings { days, visibility: MoodVisibility::of_name(&row.visibility)? })
}

/// Keeps `settings` unless those that are known are from a later event than `seq`.
pub(super) async fn put(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    settings: Settings,
    seq: i64,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel {
        user_id: Set(user_id),
        timezone: Set(settings.days.zone.name().to_owned()),
        day_start_hour: Set(i16::from(settings.days.day_start.hour())),
        visibility: Set(settings.visibility.name().to_owned()),
        seq: Set(seq),
    };
    let known = Expr::col((entity::Entity, entity::Column::Seq));
    let latest = OnConflict::column(entity::Column::UserId)
        .update_columns([
            entity::Column::Timezone,
            entity::Column::DayStartHour,
            entity::Column::Visibility,
            entity::Column::Seq,
        ])
        .action_and_where(known.lte(seq))
        .to_owned();
    entity::Entity::insert(row).on_conflict(latest).exec_without_returning(connection).await.map(|_| ())
}
