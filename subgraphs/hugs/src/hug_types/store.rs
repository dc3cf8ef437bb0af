//! The table of hug types.

use ids::HugTypeId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::HugType;

mod entity {
    //! A row for each type.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_types")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::HugTypeId,
        pub name: String,
        pub emoji: String,
        pub duration_ms: i32,
        pub intensity: i32,
        pub active: bool,
        pub position: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The types that can be sent, in the order in which they are shown.
pub(crate) async fn all_active(connection: &impl ConnectionTrait) -> Result<Vec<HugType>, DbErr> {
    let active = entity::Entity::find()
        .filter(entity::Column::Active.eq(true))
        .order_by_asc(entity::Column::Position)
        .order_by_asc(entity::Column::Id);
    Ok(active.all(connection).await?.into_iter().map(HugType::from).collect())
}

/// All types, retired ones as well, in the order in which they are shown.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<HugType>, DbErr> {
    let all = entity::Entity::find().order_by_asc(entity::Column::Position).order_by_asc(entity::Column::Id);
    Ok(all.all(connection).await?.into_iter().map(HugType::from).collect())
}

/// Lets one transaction at a time make types or name them: two that looked for namesakes at once would see none. There is always one
/// type to lock, those that everybody starts with.
pub(super) async fn take_turn(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    let all = entity::Entity::find().order_by_asc(entity::Column::Id).lock_exclusive();
    all.all(connection).await.map(|_| ())
}

/// The type, which nobody else changes until the transaction ends.
pub(super) async fn find(connection: &impl ConnectionTrait, id: HugTypeId) -> Result<Option<HugType>, DbErr> {
    let row = entity::Entity::find_by_id(id).lock_exclusive().one(connection).await?;
    Ok(row.map(HugType::from))
}

/// Writes a new type, shown after all others.
pub(super) async fn insert(connection: &impl ConnectionTrait, hug_type: &HugType) -> Result<(), DbErr> {
    let last = entity::Entity::find().order_by_desc(entity::Column::Position).one(connection).await?;
    let row = entity::ActiveModel {
        id: Set(hug_type.id),
        name: Set(hug_type.name.clone()),
        emoji: Set(hug_type.emoji.clone()),
        duration_ms: Set(hug_type.duration_ms),
        intensity: Set(hug_type.intensity),
        active: Set(hug_type.active),
        position: Set(last.map_or(1, |last| last.position + 1)),
    };
    entity::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

pub(super) async fn save(connection: &impl ConnectionTrait, hug_type: &HugType) -> Result<(), DbErr> {
    let row = entity::ActiveModel {
        id: Set(hug_type.id),
        name: Set(hug_type.name.clone()),
        emoji: Set(hug_type.emoji.clone()),
        duration_ms: Set(hug_type.duration_ms),
        intensity: Set(hug_type.intensity),
        active: Set(hug_type.active),
        ..Default::default()
    };
    row.update(connection).await.map(|_| ())
}

/// The type, if it can be sent.
pub(crate) async fn active(
    connection: &impl ConnectionTrait,
    id: HugTypeId,
) -> Result<Option<HugType>, DbErr> {
    let row = entity::Entity::find_by_id(id).one(connection).await?;
    Ok(row.map(HugType::from).filter(|hug_type| hug_type.active))
}

pub(crate) async fn find_many(
    connection: &impl ConnectionTrait,
    ids: &[HugTypeId],
) -> Result<Vec<HugType>, DbErr> {
    let wanted = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().copied()));
    Ok(wanted.all(connection).await?.into_iter().map(HugType::from).collect())
}

impl From<entity::Model> for HugType {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            emoji: row.emoji,
            duration_ms: row.duration_ms,
            intensity: row.intensity,
            active: row.active,
        }
    }
}
