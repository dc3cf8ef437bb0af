//! The table of ratings, and the latest moods.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ids::{RecommendationId, UserId};
use named::Named as _;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::model::{Felt, Rated, Rating};
use crate::entries::store as entries;

mod entity {
    //! A row for each recommendation that somebody rated.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recommendation_ratings")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub recommendation_id: ids::RecommendationId,
        pub rating: String,
        pub rated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

pub(super) async fn ratings(
    connection: &impl Connection,
    owner: UserId,
) -> Result<HashMap<RecommendationId, Rated>, StoreError> {
    let rows = Entity::find().filter(Column::UserId.eq(owner)).all(connection).await?;
    let rated = |row: entity::Model| {
        let rating = Rating::of_name(&row.rating)?;
        Ok((row.recommendation_id, Rated { rating, at: row.rated_at }))
    };
    rows.into_iter().map(rated).collect()
}

/// Puts the rating in the place of the one that was there.
pub(super) async fn rate(
    connection: &impl Connection,
    owner: UserId,
    id: RecommendationId,
    rated: Rated,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel {
        user_id: Set(owner),
        recommendation_id: Set(id),
        rating: Set(rated.rating.name().to_owned()),
        rated_at: Set(rated.at),
    };
    let anew = OnConflict::columns([Column::UserId, Column::RecommendationId])
        .update_columns([Column::Rating, Column::RatedAt])
        .to_owned();
    Entity::insert(row).on_conflict(anew).exec_without_returning(connection).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct FeltRow {
    score: i16,
    valence: Option<f64>,
    energy: Option<f64>,
}

/// How the owner's latest moods since `since` were; the index (user_id, occurred_at, id) serves them.
pub(super) async fn latest(
    connection: &impl Connection,
    owner: UserId,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Felt>, StoreError> {
    use entries::Column;
    let rows = entries::Entity::find()
        .filter(Column::UserId.eq(owner))
        .filter(Column::OccurredAt.gte(since))
        .order_by_desc(Column::OccurredAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .select_only()
        .columns([Column::Score, Column::Valence, Column::Energy])
        .into_model::<FeltRow>()
        .all(connection)
        .await?;
    let felt = |row: FeltRow| Felt { score: f64::from(row.score), valence: row.valence, energy: row.energy };
    Ok(rows.into_iter().map(felt).collect())
}
