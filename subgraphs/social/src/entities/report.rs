//! What somebody told the moderators.

use ids::{ReportId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reports")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: ReportId,
    pub(crate) reporter_id: UserId,
    pub(crate) target_kind: String,
    pub(crate) target_id: Uuid,
    /// Whose it is that is reported.
    pub(crate) subject_id: UserId,
    /// Of a hug: whether nobody is to know who sent it.
    pub(crate) is_subject_hidden: bool,
    pub(crate) reason: String,
    pub(crate) text: Option<String>,
    pub(crate) state: String,
    pub(crate) reported_at: DateTimeUtc,
    pub(crate) resolved_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
