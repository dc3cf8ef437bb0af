//! A mood entry of somebody, as far as sharing it goes.

use ids::{MoodId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "moods")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) mood_id: MoodId,
    pub(crate) owner_id: UserId,
    /// The rank of the widest visibility that a post of it may have.
    pub(crate) visibility: i16,
    /// The event that this is from.
    pub(crate) seq: i64,
    /// It was deleted; the row stays, lest an earlier event that comes late bring it back.
    pub(crate) is_gone: bool,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
