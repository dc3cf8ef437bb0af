//! The moderators' log: who did what about what, when, and with which reason. It is only ever written on.

pub(crate) mod graphql;
mod store;

use chrono::{DateTime, Utc};
use ids::{AuditEntryId, ReportId, UserId};
use pagination::{Key, PageRequest, Slice};
use serde::{Deserialize, Serialize};
use service::{Ctx, Unauthenticated};

use crate::{
    reports::{ModerationError, Reason, Report, ReportTarget, Subject, moderator},
    store::{Connection, Named, StoreError},
};

/// What a moderator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    DismissReport,
    RemovePost,
    Warn,
}

impl Named for Action {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::DismissReport, "dismiss_report"), (Self::RemovePost, "remove_post"), (Self::Warn, "warn")];
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    pub(crate) id: AuditEntryId,
    pub(crate) moderator: UserId,
    pub(crate) action: Action,
    pub(crate) target: ReportTarget,
    /// Whose the target is.
    pub(crate) subject: Subject,
    pub(crate) report: ReportId,
    pub(crate) reason: String,
    pub(crate) at: DateTime<Utc>,
}

impl AuditEntry {
    pub(crate) fn of(
        report: &Report,
        moderator: UserId,
        action: Action,
        reason: Reason,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: AuditEntryId::at(at),
            moderator,
            action,
            target: report.target,
            subject: report.subject,
            report: report.id,
            reason: reason.into_string(),
            at,
        }
    }
}

/// Where an entry stands in a list.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Position(pub(crate) AuditEntryId);

impl Key for Position {
    const KIND: &'static str = "audit-entry";
}

/// Writes an entry, in the transaction of what it tells of.
pub(crate) async fn append(connection: &impl Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    store::insert(connection, entry).await
}

/// A page of the log, for moderators; the newest first.
pub(crate) async fn list(
    ctx: &Ctx,
    page: &PageRequest<Position>,
) -> Result<Slice<AuditEntry>, ModerationError> {
    moderator(ctx).await?;
    Ok(store::page(ctx.db.reader(), page).await?)
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// A page of what moderators did about the viewer, who is told what and why, and not by whom; the newest first.
pub(crate) async fn notices(
    ctx: &Ctx,
    page: &PageRequest<Position>,
) -> Result<Slice<AuditEntry>, NoticeError> {
    let viewer = ctx.viewer()?.user_id;
    Ok(store::of_subject(ctx.db.reader(), viewer, &[Action::RemovePost, Action::Warn], page).await?)
}
