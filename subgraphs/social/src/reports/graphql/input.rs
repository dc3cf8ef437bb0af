//! What clients say of reports.

use async_graphql::{Enum, ID, InputObject, Result};
use graphql::Failure;

use crate::reports::{
    Ground, ModerationError, NewReport, Reason, ReportError, ReportTarget, Resolution, model::parse_text,
};

/// Why something is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Ground")]
pub(crate) enum ReportReason {
    /// Advertising, or the same again and again.
    Spam,
    /// Attacks, threats or hatred.
    Harassment,
    /// Somebody may be about to hurt themselves.
    SelfHarm,
    /// It doesn't belong here.
    Inappropriate,
    /// Somebody says that they are somebody else.
    Impersonation,
    /// Something else, which the text says.
    Other,
}

/// What to report, and why.
#[derive(Debug, InputObject)]
pub(crate) struct ReportInput {
    /// A person, a post, a hug, a request for one or a hug of a group.
    target_id: ID,
    /// Why.
    reason: ReportReason,
    /// Up to 1000 characters for the moderators.
    text: Option<String>,
    /// 1 to 255 characters of the client's choice. The same key within 24 hours gives the same answer again.
    idempotency_key: Option<String>,
}

impl ReportInput {
    /// The outer error is a client's that can't write ids, the inner one a person's.
    pub(super) fn parse(self) -> Result<Result<NewReport, ReportError>> {
        let target = ReportTarget::parse(&self.target_id)
            .ok_or_else(|| Failure::BadUserInput.error("not the id of something that can be reported"))?;
        let text = match parse_text(self.text.as_deref()) {
            Ok(text) => text,
            Err(error) => return Ok(Err(error.into())),
        };
        let (reason, idempotency_key) = (self.reason.into(), self.idempotency_key);
        Ok(Ok(NewReport { target, reason, text, idempotency_key }))
    }
}

/// What a moderator does about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Resolution")]
pub(crate) enum ReportResolution {
    /// Nothing.
    Dismiss,
    /// Takes the post away that is reported.
    RemovePost,
    /// Tells whose it is that it isn't right.
    Warn,
}

/// Which report, what to do, and why.
#[derive(Debug, InputObject)]
pub(crate) struct ResolveReportInput {
    /// The report.
    pub(super) report_id: ID,
    /// What to do about it.
    pub(super) resolution: ReportResolution,
    /// Why, in 1 to 1000 characters: kept in the log, and shown to whoever is warned or loses a post.
    reason: String,
}

impl ResolveReportInput {
    pub(super) fn reason(&self) -> Result<Reason, ModerationError> {
        Reason::parse(&self.reason).ok_or(ModerationError::Reason)
    }
}
