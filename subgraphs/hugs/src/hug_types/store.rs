//! The table of hug types.

use ids::HugTypeId;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

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
