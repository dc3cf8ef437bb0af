//! The table of settings.

use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    entities::settings,
    store::{Connection, StoreError},
};

/// Keeps what somebody has set, unless what is known is from a later event than `seq`.
pub(super) async fn note(
    connection: &impl Connection,
    user_id: UserId,
    approves_followers: bool,
    is_suggested: bool,
    seq: i64,
) -> Result<(), StoreError> {
    let row = settings::ActiveModel {
        user_id: Set(user_id),
        approves_followers: Set(approves_followers),
        is_suggested: Set(is_suggested),
        seq: Set(seq),
    };
    let latest = OnConflict::column(settings::Column::UserId)
        .update_columns([
            settings::Column::ApprovesFollowers,
            settings::Column::IsSuggested,
            settings::Column::Seq,
        ])
        .action_and_where(Expr::col((settings::Entity, settings::Column::Seq)).lt(seq))
        .to_owned();
    settings::Entity::insert(row).on_conflict(latest).exec_without_returning(connection).await?;
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
