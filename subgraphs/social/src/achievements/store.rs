//! The tables of streaks and badges.

use events::streaks::StreakKind;
use ids::UserId;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::kind_name;
use crate::{
    entities::{badge, streak},
    store::{Connection, StoreError},
};

pub(super) async fn put_days(
    connection: &impl Connection,
    user: UserId,
    kind: StreakKind,
    days: u32,
) -> Result<(), StoreError> {
    let row = streak::ActiveModel {
        user_id: Set(user),
        kind: Set(kind_name(kind)),
        days: Set(i32::try_from(days).unwrap_or(i32::MAX)),
    };
    let known = OnConflict::columns([streak::Column::UserId, streak::Column::Kind])
        .update_column(streak::Column::Days)
        .to_owned();
    streak::Entity::insert(row).on_conflict(known).exec_without_returning(connection).await?;
    Ok(())
}

pub(super) async fn put_badge(
    connection: &impl Connection,
    user: UserId,
    badge: String,
) -> Result<(), StoreError> {
    let row = badge::ActiveModel { user_id: Set(user), badge: Set(badge) };
    badge::Entity::insert(row)
        .on_conflict_do_nothing_on([badge::Column::UserId, badge::Column::Badge])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(super) async fn days(
    connection: &impl Connection,
    user: UserId,
    kind: StreakKind,
) -> Result<Option<i32>, StoreError> {
    let row = streak::Entity::find_by_id((user, kind_name(kind))).one(connection).await?;
    Ok(row.map(|row| row.days))
}

pub(super) async fn has_badge(
    connection: &impl Connection,
    user: UserId,
    badge: &str,
) -> Result<bool, StoreError> {
    Ok(badge::Entity::find_by_id((user, badge.to_owned())).one(connection).await?.is_some())
}
