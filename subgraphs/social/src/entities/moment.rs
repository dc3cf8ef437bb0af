//! A hug, a request for one, or a hug of a group.

use ids::UserId;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "moments")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    /// Who sent, asked or hosts.
    pub(crate) owner_id: UserId,
    /// The rank of who may see it besides those who take part.
    pub(crate) audience: i16,
    /// Of a hug without a name, the one of its two whom nobody else is to know.
    pub(crate) hidden_id: Option<UserId>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
