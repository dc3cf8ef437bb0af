//! A line of the moderators' log. The database lets nobody change or delete one.

use ids::{AuditEntryId, ReportId, UserId};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: AuditEntryId,
    pub(crate) moderator_id: UserId,
    pub(crate) action: String,
    pub(crate) target_kind: String,
    pub(crate) target_id: Uuid,
    pub(crate) subject_id: UserId,
    /// Of a hug: whether nobody is to know who sent it.
    pub(crate) is_subject_hidden: bool,
    pub(crate) report_id: ReportId,
    pub(crate) reason: String,
    pub(crate) acted_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
