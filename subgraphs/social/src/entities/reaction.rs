//! What somebody feels about a post or a moment: one thing at a time.

use ids::UserId;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reactions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) target_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: UserId,
    pub(crate) kind: String,
    pub(crate) reacted_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
