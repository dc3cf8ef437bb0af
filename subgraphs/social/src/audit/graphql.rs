//! The moderators' log in the schema, and what of it the people hear whom it is about.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, connection, page_request};
use service::Ctx;

use super::{Action, NoticeError, Position};
use crate::{
    people::graphql::User,
    reports::{ModerationError, graphql::SCOPE},
};

/// What a moderator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Action")]
pub(crate) enum AuditAction {
    /// Did nothing about a report.
    DismissReport,
    /// Took a post away.
    RemovePost,
    /// Told somebody that something isn't right.
    Warn,
}

/// A line of the moderators' log.
#[derive(SimpleObject)]
pub(crate) struct AuditEntry {
    /// Its id, `aud_` and 32 hexadecimal digits.
    id: ID,
    /// Who did it.
    moderator: User,
    /// What they did.
    action: AuditAction,
    /// The id of what it is about.
    target_id: ID,
    /// Whose that is; null for a hug that was sent without a name (`discloseHugSender`).
    subject: Option<User>,
    /// The report that it answers.
    report_id: ID,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<super::AuditEntry> for AuditEntry {
    fn from(entry: super::AuditEntry) -> Self {
        Self {
            id: entry.id.to_string().into(),
            moderator: User(entry.moderator),
            action: entry.action.into(),
            target_id: entry.target.to_string().into(),
            subject: entry.subject.shown().map(User),
            report_id: entry.report.to_string().into(),
            reason: entry.reason,
            at: entry.at,
        }
    }
}

/// Something that a moderator did about the viewer.
#[derive(SimpleObject)]
pub(crate) struct ModerationNotice {
    /// What they did.
    action: AuditAction,
    /// The id of what it is about.
    target_id: ID,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<super::AuditEntry> for ModerationNotice {
    fn from(entry: super::AuditEntry) -> Self {
        Self {
            action: entry.action.into(),
            target_id: entry.target.to_string().into(),
            reason: entry.reason,
            at: entry.at,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// For moderators: who did what about what, when and why; the newest first.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope(SCOPE)))]
    async fn audit_log(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<AuditEntry>>> {
        let page = page_request(first, after, last, before)?;
        let found = super::list(gql.data::<Ctx>()?, &page).await.map_err(ModerationError::into_failure)?;
        Ok(Some(connection(found, |entry: &super::AuditEntry| Position(entry.id), AuditEntry::from)))
    }

    /// What moderators did about the viewer and what is theirs: warnings, and posts taken away; the newest first.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn moderation_notices(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<ModerationNotice>>> {
        let page = page_request(first, after, last, before)?;
        let found = super::notices(gql.data::<Ctx>()?, &page).await.map_err(|error| match error {
            NoticeError::Unauthenticated(_) => Failure::unauthenticated(),
            NoticeError::Database(error) => Failure::internal(error),
        })?;
        Ok(Some(connection(found, |entry: &super::AuditEntry| Position(entry.id), ModerationNotice::from)))
    }
}
