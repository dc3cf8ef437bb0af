//! The table of people who chose something or have a streak.

use std::collections::HashSet;

use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{OnConflict, SimpleExpr},
};

use crate::streak::store::{Connection, StoreError};

pub(crate) mod entity {
    //! A row for each person.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "members")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub shows_badges: bool,
        pub on_leaderboard: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity, Model};

/// Holds somebody's row until the transaction ends. Whatever changes their streaks, points or badges holds it first, so
/// that one does so at a time, and events about them are told in order.
pub(crate) async fn hold(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    upsert(connection, default_of(user_id), Column::UserId).await
}

pub(super) async fn find(connection: &impl Connection, user_id: UserId) -> Result<Model, StoreError> {
    let default = Model { user_id, shows_badges: true, on_leaderboard: false };
    Ok(Entity::find_by_id(user_id).one(connection).await?.unwrap_or(default))
}

pub(super) async fn set_badges_shown(
    connection: &impl Connection,
    user_id: UserId,
    shown: bool,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel { shows_badges: Set(shown), ..default_of(user_id) };
    upsert(connection, row, Column::ShowsBadges).await
}

pub(super) async fn set_leaderboard_consent(
    connection: &impl Connection,
    user_id: UserId,
    consents: bool,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel { on_leaderboard: Set(consents), ..default_of(user_id) };
    upsert(connection, row, Column::OnLeaderboard).await
}

/// Whether somebody may be compared with others.
pub(crate) async fn is_on_leaderboard(
    connection: &impl Connection,
    user_id: UserId,
) -> Result<bool, StoreError> {
    find(connection, user_id).await.map(|member| member.on_leaderboard)
}

/// A condition for list queries that join this table: the person may be compared with others.
pub(crate) fn consents() -> SimpleExpr {
    Column::OnLeaderboard.eq(true)
}

/// Those of `people` who keep their badges to themselves.
pub(crate) async fn hiding_badges(
    connection: &impl Connection,
    people: &[UserId],
) -> Result<HashSet<UserId>, StoreError> {
    let hiding = Entity::find()
        .filter(Column::UserId.is_in(people.iter().copied()))
        .filter(Column::ShowsBadges.eq(false));
    Ok(hiding.all(connection).await?.into_iter().map(|row| row.user_id).collect())
}

/// Forgets what `user_id` chose.
pub(crate) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    Entity::delete_by_id(user_id).exec(connection).await.map(|_| ())
}

fn default_of(user_id: UserId) -> entity::ActiveModel {
    entity::ActiveModel { user_id: Set(user_id), shows_badges: Set(true), on_leaderboard: Set(false) }
}

async fn upsert(
    connection: &impl Connection,
    row: entity::ActiveModel,
    column: Column,
) -> Result<(), StoreError> {
    let conflict = OnConflict::column(Column::UserId).update_column(column).to_owned();
    Entity::insert(row).on_conflict(conflict).exec_without_returning(connection).await.map(|_| ())
}
