//! Reports and moderation in the schema.

mod input;
mod object;

use async_graphql::{Context, Error, Object, Result};
use graphql::{Connection, Failure, Refusal, UserError, connection, page_request, parse_id, settle};
use service::Ctx;

use self::{
    input::{ReportInput, ResolveReportInput},
    object::{Report, ReportPayload, ReportState, ResolveReportPayload},
};
use super::{ModerationError, Position, ReportError, ReportTarget};

/// The scope that the gateway wants to see in a moderator's token. Their role is what counts here.
pub(crate) const SCOPE: &str = "moderation";

#[derive(Debug, Default)]
pub(crate) struct ReportQuery;

#[Object]
impl ReportQuery {
    /// For moderators: what was reported, those that wait longest first; without reports of the viewer.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope(SCOPE)))]
    async fn reports(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Where they stand, `OPEN` by default.")] state: Option<ReportState>,
        #[graphql(desc = "At most so many from the start: 0 to 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end: 0 to 100; not together with `first`.")] last: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Report>>> {
        let page = page_request(first, after, last, before)?;
        let found = super::list(gql.data::<Ctx>()?, state.unwrap_or(ReportState::Open).into(), &page).await;
        let found = found.map_err(ModerationError::into_failure)?;
        Ok(Some(connection(found, |report: &super::Report| Position(report.id), Report)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct ReportMutation;

#[Object]
impl ReportMutation {
    /// Tells the moderators of a person, a post, a hug, a request or a hug of a group. Whoever is reported never learns by whom.
    /// `RATE_LIMITED` after 10, and then 20 an hour.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn report(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What to report, and why.")] input: ReportInput,
    ) -> Result<ReportPayload> {
        let reported = match input.parse()? {
            Ok(new) => super::create(gql.data::<Ctx>()?, new).await,
            Err(error) => Err(error),
        };
        let (id, errors) = settle(reported)?;
        Ok(ReportPayload { report_id: id.map(|id| id.to_string().into()), errors })
    }

    /// For moderators: decides upon a report.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope(SCOPE)))]
    async fn resolve_report(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which report, what to do, and why.")] input: ResolveReportInput,
    ) -> Result<ResolveReportPayload> {
        let ctx = gql.data::<Ctx>()?;
        let id = parse_id(&input.report_id)?;
        let resolved = match super::moderator(ctx).await.and(input.reason()) {
            Ok(reason) => super::resolve(ctx, id, input.resolution.into(), reason).await,
            Err(error) => Err(error),
        };
        let (report, errors) = settle(resolved)?;
        Ok(ResolveReportPayload { report: report.map(Report), errors })
    }
}

impl Refusal for ReportError {
    fn into_user_error(self) -> Result<UserError> {
        let refusal = |code, message| Ok(UserError::new(code, message, &["input", "targetId"]));
        match self {
            Self::Missing(ReportTarget::User(_)) => refusal("USER_NOT_FOUND", "There is no such person."),
            Self::Missing(ReportTarget::Post(_)) => refusal("POST_NOT_FOUND", "There is no such post."),
            Self::Missing(ReportTarget::Moment(_)) => {
                refusal("HUG_MOMENT_NOT_FOUND", "There is no such hug or request.")
            }
            Self::Oneself => refusal("CANNOT_REPORT_SELF", "This is your own."),
            Self::Text(error) => Ok(UserError::new("TEXT_TOO_LONG", error.to_string(), &["input", "text"])),
            Self::Idempotency(error) => error.into_user_error(),
            Self::TooMany(error) => Ok(UserError::rate_limited(error.to_string(), error.wait)),
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Projection(error) => Err(error.into_failure()),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

impl Refusal for ModerationError {
    fn into_user_error(self) -> Result<UserError> {
        let of_report = |code, message| Ok(UserError::new(code, message, &["input", "reportId"]));
        match self {
            Self::Missing => of_report("REPORT_NOT_FOUND", "There is no such report."),
            Self::Resolved => of_report("REPORT_RESOLVED", "It was decided upon before."),
            Self::Oneself => of_report("REPORT_OF_SELF", "Somebody else decides upon reports of you."),
            Self::NotAPost => Ok(UserError::new(
                "RESOLUTION_UNFIT",
                "Only a post can be removed.",
                &["input", "resolution"],
            )),
            Self::Reason => Ok(UserError::new(
                "REASON_INVALID",
                "A reason has 1 to 1000 characters.",
                &["input", "reason"],
            )),
            Self::Unvouched(ref cause) => {
                tracing::warn!(%cause, "nobody moderates while it can't be told who may");
                Err(Failure::UpstreamUnavailable.error(self))
            }
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Forbidden => Err(Failure::Forbidden.error("only for moderators")),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

impl ModerationError {
    /// For reading, of which nothing is a person's to mend.
    pub(crate) fn into_failure(self) -> Error {
        self.into_user_error().map_or_else(|failure| failure, Failure::internal)
    }
}
