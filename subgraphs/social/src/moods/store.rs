//! The table of moods.

use ids::MoodId;
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect, sea_query::OnConflict};

use super::Mood;
use crate::{
    entities::mood,
    posts::Visibility,
    store::{Connection, StoreError},
};

pub(super) async fn put(connection: &impl Connection, id: MoodId, mood: Mood) -> Result<(), StoreError> {
    let row = mood::ActiveModel {
        mood_id: Set(id),
        owner_id: Set(mood.owner),
        visibility: Set(mood.visibility.rank()),
    };
    let known = OnConflict::column(mood::Column::MoodId)
        .update_columns([mood::Column::OwnerId, mood::Column::Visibility])
        .to_owned();
    mood::Entity::insert(row).on_conflict(known).exec_without_returning(connection).await?;
    Ok(())
}

pub(super) async fn delete(connection: &impl Connection, id: MoodId) -> Result<(), StoreError> {
    mood::Entity::delete_by_id(id).exec(connection).await?;
    Ok(())
}

pub(super) async fn hold(connection: &impl Connection, id: MoodId) -> Result<Option<Mood>, StoreError> {
    let row = mood::Entity::find_by_id(id).lock_shared().one(connection).await?;
    Ok(row.map(|row| Mood { owner: row.owner_id, visibility: Visibility::of_rank(row.visibility) }))
}
