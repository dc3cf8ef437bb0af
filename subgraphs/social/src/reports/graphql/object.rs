//! Reports as moderators see them.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, dataloader::DataLoader};
use chrono::{DateTime, Utc};
use graphql::{Failure, UserError};

use super::input::ReportReason;
use crate::{
    people::graphql::User,
    posts::graphql::{Post, PostLoader, Reported},
    reports::{self, ReportTarget, State},
};

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub(crate) enum ReportState {
    /// Nobody has decided yet.
    Open,
    /// Nothing was done.
    Dismissed,
    /// Something was done.
    Resolved,
}

/// What somebody told the moderators.
#[derive(Debug)]
pub(crate) struct Report(pub(crate) reports::Report);

/// What somebody told the moderators, for moderators.
#[Object]
impl Report {
    /// Its id, `rpt_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who told. Never to be told to whom it is about.
    async fn reporter(&self) -> User {
        User(self.0.reporter)
    }

    /// The id of what is reported.
    async fn target_id(&self) -> ID {
        self.0.target.to_string().into()
    }

    /// Whose it is; null for a hug that was sent without a name (`discloseHugSender`).
    async fn subject(&self) -> Option<User> {
        self.0.subject.shown().map(User)
    }

    /// The post that is reported, whoever may see it; null when it is gone, and when it is no post.
    async fn post(&self, gql: &Context<'_>) -> Result<Option<Post>> {
        let ReportTarget::Post(id) = self.0.target else { return Ok(None) };
        let post = gql.data::<DataLoader<PostLoader>>()?.load_one(Reported(id)).await;
        Ok(post.map_err(Failure::internal)?.map(Post))
    }

    /// Why.
    async fn reason(&self) -> ReportReason {
        self.0.reason.into()
    }

    /// What the reporter wrote.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// Where it stands.
    async fn state(&self) -> ReportState {
        self.0.state.into()
    }

    /// When it was made.
    async fn reported_at(&self) -> DateTime<Utc> {
        self.0.reported_at
    }

    /// When it was decided upon.
    async fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.0.resolved_at
    }
}

/// The report that was made, or why none was.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReportPayload {
    /// The report's id; null when there are errors.
    pub(super) report_id: Option<ID>,
    /// What the user can mend.
    pub(super) errors: Vec<UserError>,
}

/// The report that was decided upon, or why it wasn't.
#[derive(SimpleObject)]
pub(crate) struct ResolveReportPayload {
    /// The report as it is now; null when there are errors.
    pub(super) report: Option<Report>,
    /// What the moderator can mend.
    pub(super) errors: Vec<UserError>,
}
