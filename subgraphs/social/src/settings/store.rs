//! The table of settings.

use ids::UserId;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{
    entities::settings,
    store::{Connection, StoreError},
};

pub(super) async fn note(
    connection: &impl Connection,
    user_id: UserId,
    approves_followers: bool,
    is_suggested: bool,
) -> Result<(), StoreError> {
    let row = settings::ActiveModel {
        user_id: Set(user_id),
        approves_followers: Set(approves_followers),
        is_suggested: Set(is_suggested),
    };
    let known = OnConflict::column(settings::Column::UserId)
        .update_columns([settings::Column::ApprovesFollowers, settings::Column::IsSuggested])
        .to_owned();
    settings::Entity::insert(row).on_conflict(known).exec_without_returning(connection).await?;
    Ok(())
}

/// Whoever has set nothing approves nobody: everybody may follow.
pub(super) async fn approves_followers(
    connection: &impl Connection,
    user_id: UserId,
) -> Result<bool, StoreError> {
    let row = settings::Entity::find_by_id(user_id).one(connection).await?;
    Ok(row.is_some_and(|row| row.approves_followers))
}
