//! Two people between whom something has changed: whoever changes it again updates this row first, and so waits.

use ids::UserId;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pairs")]
pub(crate) struct Model {
    /// The smaller of the two ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) low_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) high_id: UserId,
    pub(crate) touched_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
