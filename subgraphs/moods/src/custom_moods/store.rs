//! The table of custom moods.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::is_unique_violation;
use ids::{CustomMoodId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select,
    sea_query::OnConflict,
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::model::{CustomMood, Emoji, MoodName};
use crate::entries::model::{Coordinate, Score};

mod entity {
    //! A row for each mood of somebody's making.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "custom_moods")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::CustomMoodId,
        pub user_id: ids::UserId,
        pub name: String,
        pub folded_name: String,
        pub emoji: Option<String>,
        pub score: i16,
        pub valence: Option<f64>,
        pub energy: Option<f64>,
        pub archived: bool,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

/// The owner's moods by name; the index (user_id, folded_name) serves them.
pub(super) async fn of_owner(
    connection: &impl Connection,
    owner: UserId,
    archived: bool,
) -> Result<Vec<CustomMood>, StoreError> {
    let mut moods = owned_by(owner).order_by_asc(Column::FoldedName);
    if !archived {
        moods = moods.filter(Column::Archived.eq(false));
    }
    moods.all(connection).await?.into_iter().map(CustomMood::try_from).collect()
}

/// Lets one transaction at a time make a mood of the owner's, so that how many there are stays as counted.
pub(super) async fn take_turn(connection: &impl Connection, owner: UserId) -> Result<(), StoreError> {
    database::take_turn(connection, &format!("moods.custom_moods/{owner}")).await
}

pub(super) async fn count(connection: &impl Connection, owner: UserId) -> Result<u64, StoreError> {
    owned_by(owner).count(connection).await
}

pub(crate) async fn find_own(
    connection: &impl Connection,
    owner: UserId,
    id: CustomMoodId,
) -> Result<Option<CustomMood>, StoreError> {
    let row = owned_by(owner).filter(Column::Id.eq(id)).one(connection).await?;
    row.map(CustomMood::try_from).transpose()
}

pub(super) async fn find_by_name(
    connection: &impl Connection,
    owner: UserId,
    name: &MoodName,
) -> Result<Option<CustomMood>, StoreError> {
    let row = owned_by(owner).filter(Column::FoldedName.eq(name.folded())).one(connection).await?;
    row.map(CustomMood::try_from).transpose()
}

/// The moods `ids`, whoever made them: for showing entries that may be seen.
pub(crate) async fn find_many(
    connection: &impl Connection,
    ids: &[CustomMoodId],
) -> Result<HashMap<CustomMoodId, CustomMood>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(connection).await?;
    rows.into_iter().map(|row| Ok((row.id, CustomMood::try_from(row)?))).collect()
}

/// False when there is one of that name already.
pub(super) async fn insert(
    connection: &impl Connection,
    owner: UserId,
    mood: &CustomMood,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row =
        entity::ActiveModel { id: Set(mood.id), user_id: Set(owner), created_at: Set(now), ..content(mood) };
    let known = OnConflict::columns([Column::UserId, Column::FoldedName]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(known).exec_without_returning(connection).await? == 1)
}

/// False when another transaction has just taken the name.
pub(super) async fn replace(connection: &impl Connection, mood: &CustomMood) -> Result<bool, StoreError> {
    let update = Entity::update_many().set(content(mood)).filter(Column::Id.eq(mood.id));
    match update.exec(connection).await {
        Err(error) if is_unique_violation(&error) => Ok(false),
        updated => updated.map(|_| true),
    }
}

fn owned_by(owner: UserId) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(owner))
}

fn content(mood: &CustomMood) -> entity::ActiveModel {
    entity::ActiveModel {
        name: Set(mood.name.text().to_owned()),
        folded_name: Set(mood.name.folded()),
        emoji: Set(mood.emoji.as_ref().map(|emoji| emoji.text().to_owned())),
        score: Set(i16::from(mood.score.number())),
        valence: Set(mood.valence.map(Coordinate::number)),
        energy: Set(mood.energy.map(Coordinate::number)),
        archived: Set(mood.archived),
        ..Default::default()
    }
}

impl TryFrom<entity::Model> for CustomMood {
    type Error = StoreError;

    fn try_from(row: entity::Model) -> Result<Self, StoreError> {
        let unreadable = |_| StoreError::Type(format!("the score of {} can't be read", row.id));
        Ok(Self {
            id: row.id,
            score: Score::parse(i32::from(row.score)).map_err(unreadable)?,
            name: MoodName::from_store(row.name),
            emoji: row.emoji.map(Emoji::from_store),
            valence: row.valence.and_then(Coordinate::parse),
            energy: row.energy.and_then(Coordinate::parse),
            archived: row.archived,
        })
    }
}
