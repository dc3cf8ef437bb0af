//! What people report to the moderators, and what these make of it. The reported never learn who reported them.

mod error;
pub(crate) mod graphql;
mod model;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use idempotency::{Begun, Request};
use ids::{ReportId, UserId};
use outbox::Work;
use pagination::{PageRequest, Slice};
use questions::auth::{Roles, RolesOf};
use service::Ctx;

pub(crate) use self::{
    error::{ModerationError, ReportError},
    model::{Ground, NewReport, Position, Reason, Report, ReportTarget, Resolution, State, Subject},
};
use crate::{
    audit::{self, Action, AuditEntry},
    erasure, limits, moments, people, posts,
    projection::up_to_date,
    relationships,
    store::StoreError,
};

/// Who may moderate.
const MODERATORS: [&str; 2] = ["moderator", "admin"];

/// The viewer, who has to be a moderator at this moment. A token may be older than a change, and what people report is too
/// private to go by it: while `auth` can't say who moderates, nobody does.
pub(crate) async fn moderator(ctx: &Ctx) -> Result<UserId, ModerationError> {
    let viewer = ctx.viewer()?;
    let user_id = viewer.user_id;
    if !MODERATORS.iter().any(|role| viewer.has_role(role)) {
        return Err(ModerationError::Forbidden);
    }
    let Roles { roles } = ctx.peers.ask(&RolesOf { user_id }).await?;
    let still = roles.iter().any(|role| MODERATORS.contains(&role.as_str()));
    still.then_some(user_id).ok_or(ModerationError::Forbidden)
}

/// Tells the moderators of something that the viewer sees, or blocks. Telling it again while they haven't decided is telling
/// it once.
pub(crate) async fn create(ctx: &Ctx, new: NewReport) -> Result<ReportId, ReportError> {
    let reporter = ctx.viewer()?.user_id;
    let subject = find_subject(ctx, reporter, new.target).await?;
    if subject.person == reporter {
        return Err(ReportError::Oneself);
    }
    let (work, _) = ctx.begin_own::<ReportError>().await?;
    if erasure::any_gone(&work, &[subject.person]).await? {
        return Err(ReportError::Missing(new.target));
    }
    let now = ctx.now();
    let request = Request { user_id: reporter, operation: "report", key: new.idempotency_key.as_deref() };
    let input = (new.target.to_string(), new.reason, &new.text);
    let claim = match idempotency::begin(&*work, request, &input, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => {
            work.rollback().await?;
            return Ok(id);
        }
    };
    // What is between two people changes in turns: of reports at the same moment one finds the other.
    relationships::take_turn(&*work, reporter, subject.person, now).await?;
    let id = if let Some(id) = store::open_of(&*work, reporter, new.target).await? {
        id
    } else {
        limits::count(&work, limits::REPORTS, reporter).await??;
        insert(&work, reporter, subject, new, now).await?
    };
    claim.complete(&*work, &id).await?;
    work.commit().await?;
    Ok(id)
}

async fn insert(
    work: &Work,
    reporter: UserId,
    subject: Subject,
    new: NewReport,
    at: DateTime<Utc>,
) -> Result<ReportId, StoreError> {
    let report = Report {
        id: ReportId::at(at),
        reporter,
        target: new.target,
        subject,
        reason: new.reason,
        text: new.text,
        state: State::Open,
        reported_at: at,
        resolved_at: None,
    };
    store::insert(&**work, &report).await?;
    Ok(report.id)
}

/// Whose the target is, if the reporter may know of it. Whoever blocks somebody can still report them.
async fn find_subject(ctx: &Ctx, reporter: UserId, target: ReportTarget) -> Result<Subject, ReportError> {
    let missing = || ReportError::Missing(target);
    let subject = match target {
        ReportTarget::User(user) => people::is_registered(ctx, user).await?.then_some(Subject::known(user)),
        ReportTarget::Post(id) => posts::reportable(ctx, id).await?.map(|post| Subject::known(post.author)),
        ReportTarget::Moment(id) => {
            up_to_date(ctx, moments::GROUP).await?;
            let moment = moments::reportable(ctx, id).await?;
            moment.map(|moment| Subject {
                person: moment.owner,
                is_hidden: moment.hidden == Some(moment.owner),
            })
        }
    };
    let subject = subject.ok_or_else(missing)?;
    // Who is hidden must not be told by the refusal that hangs on them.
    if !subject.is_hidden && relationships::blocks(ctx.db.reader(), subject.person, reporter).await? {
        return Err(missing());
    }
    Ok(subject)
}

/// A page of the reports in this state, for moderators: those that wait longest come first. Reports of the moderator themselves
/// are for the others: nobody learns who reported them.
pub(crate) async fn list(
    ctx: &Ctx,
    state: State,
    page: &PageRequest<Position>,
) -> Result<Slice<Report>, ModerationError> {
    let moderator = moderator(ctx).await?;
    Ok(store::page(ctx.db.reader(), state, moderator, page).await?)
}

/// Decides upon a report, and writes down who did and why.
pub(crate) async fn resolve(
    ctx: &Ctx,
    id: ReportId,
    resolution: Resolution,
    reason: Reason,
) -> Result<Report, ModerationError> {
    let moderator = moderator(ctx).await?;
    let Report { reporter, subject, .. } =
        store::find(ctx.db.reader(), id).await?.ok_or(ModerationError::Missing)?;
    let (work, _) = ctx.begin_own::<ModerationError>().await?;
    // Before anything is held: the erasure of one of them takes the post and the report, in its own order.
    if erasure::any_gone(&work, &[reporter, subject.person]).await? {
        return Err(ModerationError::Missing);
    }
    let now = ctx.now();
    let report = store::hold(&*work, id).await?.ok_or(ModerationError::Missing)?;
    if report.state != State::Open {
        return Err(ModerationError::Resolved);
    }
    if report.subject.person == moderator {
        return Err(ModerationError::Oneself);
    }
    let action = match (resolution, report.target) {
        (Resolution::Dismiss, _) => Action::DismissReport,
        (Resolution::Warn, _) => Action::Warn,
        (Resolution::RemovePost, ReportTarget::Post(post)) => {
            // It may be gone already: by its author, or by another report.
            if let Some(post) = posts::store::hold(&*work, post).await? {
                posts::remove(&work, &post, now).await?;
            }
            Action::RemovePost
        }
        (Resolution::RemovePost, _) => return Err(ModerationError::NotAPost),
    };
    let state = if resolution == Resolution::Dismiss { State::Dismissed } else { State::Resolved };
    store::resolve(&*work, id, state, now).await?;
    audit::append(&*work, &AuditEntry::of(&report, moderator, action, reason, now)).await?;
    work.commit().await?;
    Ok(Report { state, resolved_at: Some(now), ..report })
}
