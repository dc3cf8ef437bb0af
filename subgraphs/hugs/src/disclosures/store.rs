//! The table of disclosures. Its rows stay as long as their hugs.

use chrono::{DateTime, Utc};
use ids::{HugId, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

mod entity {
    //! A row for each time that somebody asked.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hug_disclosures")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub hug_id: ids::HugId,
        pub moderator_id: ids::UserId,
        pub reason: String,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(
    connection: &impl ConnectionTrait,
    id: Uuid,
    hug: HugId,
    moderator: UserId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel {
        id: Set(id),
        hug_id: Set(hug),
        moderator_id: Set(moderator),
        reason: Set(reason.to_owned()),
        at: Set(at),
    };
    entity::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

/// Forgets what was asked about the hugs, which are gone.
pub(crate) async fn forget(connection: &impl ConnectionTrait, hugs: &[HugId]) -> Result<(), DbErr> {
    let about = entity::Entity::delete_many().filter(entity::Column::HugId.is_in(hugs.iter().copied()));
    about.exec(connection).await.map(|_| ())
}
