//! The table of people.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::{entities::person, store::StoreError};

pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    registered_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = person::ActiveModel { user_id: Set(user_id), registered_at: Set(registered_at) };
    person::Entity::insert(row)
        .on_conflict_do_nothing_on([person::Column::UserId])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(super) async fn exists(connection: &impl ConnectionTrait, user_id: UserId) -> Result<bool, StoreError> {
    Ok(person::Entity::find_by_id(user_id).one(connection).await?.is_some())
}
