//! What somebody shares. Its id tells when, and orders the feeds.

use ids::{PostId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: PostId,
    pub(crate) author_id: UserId,
    pub(crate) text: Option<String>,
    /// The rank of what the author chose.
    pub(crate) visibility: i16,
    /// The rank of who sees it: never wider than what it shares.
    pub(crate) reach: i16,
    pub(crate) shared_kind: String,
    /// Of a mood or a hug.
    pub(crate) shared_id: Option<Uuid>,
    /// The kind of a streak, or the code of a badge.
    pub(crate) shared_name: Option<String>,
    /// Of a streak.
    pub(crate) shared_days: Option<i32>,
    pub(crate) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
