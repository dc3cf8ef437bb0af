//! A wish to follow somebody who decides for themselves. Its id tells when it was made, and orders the lists.

use ids::{FollowId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: FollowId,
    pub(crate) requester_id: UserId,
    pub(crate) target_id: UserId,
    pub(crate) requested_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
