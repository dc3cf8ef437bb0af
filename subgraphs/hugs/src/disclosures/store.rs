//! The table of disclosures. Its rows stay as long as their hugs.

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use ids::{HugId, UserId};
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::ExprTrait,
};
use uuid::Uuid;

use super::{Entry, Position};
use crate::hugs;

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

/// A page of what was asked, but for what others asked about hugs of `moderator`'s own; the newest first.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    moderator: UserId,
    page: &PageRequest<Position>,
) -> Result<Slice<Entry>, DbErr> {
    use entity::Column;
    let about_own = hugs::is_party((entity::Entity, Column::HugId), moderator);
    let shown = entity::Entity::find().filter(Column::ModeratorId.eq(moderator).or(about_own.not()));
    let values = |position: &Position| vec![position.0.into()];
    let rows = keyset::page(shown, page, Shown::NewestFirst, &[Column::Id], values).all(connection).await?;
    let entries = rows.into_iter().map(|row| Entry {
        id: row.id,
        hug: row.hug_id,
        moderator: row.moderator_id,
        reason: row.reason,
        at: row.at,
    });
    Ok(Slice::from_rows(entries.collect(), page))
}

/// Forgets what was asked about the hugs, which are gone.
pub(crate) async fn forget(connection: &impl ConnectionTrait, hugs: &[HugId]) -> Result<(), DbErr> {
    let about = entity::Entity::delete_many().filter(entity::Column::HugId.is_in(hugs.iter().copied()));
    about.exec(connection).await.map(|_| ())
}
