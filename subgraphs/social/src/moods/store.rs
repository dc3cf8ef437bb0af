//! The table of moods.

use ids::MoodId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::Mood;
use crate::{
    entities::mood,
    posts::Visibility,
    store::{Connection, StoreError},
};

/// What an event says of a mood.
pub(super) struct News {
    pub(super) mood: Mood,
    pub(super) is_gone: bool,
    pub(super) seq: i64,
}

/// Keeps the news, unless something later is known of the mood: false then.
pub(super) async fn put(connection: &impl Connection, id: MoodId, news: News) -> Result<bool, StoreError> {
    let row = mood::ActiveModel {
        mood_id: Set(id),
        owner_id: Set(news.mood.owner),
        visibility: Set(news.mood.visibility.rank()),
        seq: Set(news.seq),
        is_gone: Set(news.is_gone),
    };
    let latest = OnConflict::column(mood::Column::MoodId)
        .update_columns([
            mood::Column::OwnerId,
            mood::Column::Visibility,
            mood::Column::Seq,
            mood::Column::IsGone,
        ])
        .action_and_where(Expr::col((mood::Entity, mood::Column::Seq)).lt(news.seq))
        .to_owned();
    let put = mood::Entity::insert(row).on_conflict(latest).exec_without_returning(connection).await?;
    Ok(put == 1)
}

pub(super) async fn hold(connection: &impl Connection, id: MoodId) -> Result<Option<Mood>, StoreError> {
    let there = mood::Entity::find_by_id(id).filter(mood::Column::IsGone.eq(false));
    let row = there.lock_shared().one(connection).await?;
    Ok(row.map(|row| Mood { owner: row.owner_id, visibility: Visibility::of_rank(row.visibility) }))
}
