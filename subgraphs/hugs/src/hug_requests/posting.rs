//! Posting a request, and closing it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use events::hugs::{HugRequestEnd, HugRequestEnded, HugRequestPosted};
use idempotency::Begun;
use ids::{HugRequestId, UserId};
use outbox::Work;
use serde::Serialize;

use super::{
    Audience, HugRequest, HugRequestError, Urgency,
    model::{MAX_TARGETS, expiry},
    store,
};
use crate::{
    context::Ctx,
    live::{self, Happening},
    people::{self, Admission},
    store::StoreError,
    text::Message,
};

/// At most this many requests in an hour.
const PER_HOUR: u64 = 60;

/// A request to be posted. What is serialised is what makes two of them the same.
#[derive(Debug, Serialize)]
pub(crate) struct CreateHugRequest {
    pub(crate) audience: Audience,
    pub(crate) urgency: Urgency,
    pub(crate) message: Option<Message>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) targets: Vec<UserId>,
    #[serde(skip)]
    pub(crate) key: Option<String>,
}

/// The people whom a request names, each once, as they were given.
pub(crate) fn parse_targets(
    audience: Audience,
    targets: &[impl AsRef<str>],
) -> Result<Vec<UserId>, HugRequestError> {
    if audience != Audience::Private {
        return if targets.is_empty() { Ok(Vec::new()) } else { Err(HugRequestError::TargetsNotPrivate) };
    }
    if targets.is_empty() || targets.len() > MAX_TARGETS {
        return Err(HugRequestError::TargetCount);
    }
    let mut parsed = Vec::with_capacity(targets.len());
    for (index, target) in targets.iter().enumerate() {
        let target =
            UserId::parse(target.as_ref()).map_err(|_| HugRequestError::TargetNotAllowed { index })?;
        if !parsed.contains(&target) {
            parsed.push(target);
        }
    }
    Ok(parsed)
}

/// Posts the request on the viewer's behalf, and tells those whom it concerns.
pub(crate) async fn create(ctx: &Ctx, command: CreateHugRequest) -> Result<HugRequest, HugRequestError> {
    let (requester, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    // Whom it names can't be erased meanwhile, either; those who were are not allowed below.
    let people: Vec<UserId> = [requester].into_iter().chain(command.targets.iter().copied()).collect();
    if erasure::erased_among(&work, &people).await?.contains(&requester) {
        return Err(service::Unauthenticated.into());
    }
    let asked = idempotency::Request {
        user_id: requester,
        operation: "createHugRequest",
        key: command.key.as_deref(),
    };
    let claim = match idempotency::begin(&*work, asked, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => {
            return store::find_locked(&*work, id).await?.ok_or(HugRequestError::NotFound);
        }
    };
    let expires_at = expiry(command.expires_at, now)?;
    let told = admitted(&work, requester, &command.targets, now).await?;
    check_limit(&work, requester, now).await?;
    let request = HugRequest {
        id: HugRequestId::at(now),
        requester_id: requester,
        message: command.message.map(Message::into_string),
        audience: command.audience,
        urgency: command.urgency,
        created_at: now,
        expires_at,
        closed_at: None,
    };
    store::insert(&*work, &request, &command.targets).await?;
    log_for_audience(&work, &request, &told).await?;
    tell_posted(&work, &request, command.targets).await?;
    claim.complete(&*work, &request.id).await?;
    work.commit().await?;
    ctx.live.wake_each(&told.into_iter().collect::<Vec<_>>());
    Ok(request)
}

/// Closes a request of the viewer's. Closing it again, or after it has expired, changes nothing that matters.
pub(crate) async fn close(ctx: &Ctx, id: &str) -> Result<HugRequest, HugRequestError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    let id = HugRequestId::parse(id).map_err(|_| HugRequestError::NotFound)?;
    let work = ctx.begin().await?;
    let request = store::find_locked(&*work, id).await?.filter(|request| request.requester_id == viewer);
    let mut request = request.ok_or(HugRequestError::NotFound)?;
    if request.closed_at.is_none() {
        request.closed_at = Some(now);
        let ends = request.expires_at > now;
        store::close(&*work, id, now).await?;
        if ends {
            let (requester_id, end) = (viewer, HugRequestEnd::Closed);
            work.emit(&HugRequestEnded { request_id: id, requester_id, end, ended_at: now }).await?;
        }
        work.commit().await?;
    }
    Ok(request)
}

/// Those of the targets who are told live; an error names the first whom the requester may not ask.
async fn admitted(
    work: &Work,
    requester: UserId,
    targets: &[UserId],
    now: DateTime<Utc>,
) -> Result<BTreeSet<UserId>, HugRequestError> {
    let mut told = BTreeSet::new();
    for (index, target) in targets.iter().enumerate() {
        match people::admission(&**work, requester, *target, now).await? {
            _ if *target == requester => return Err(HugRequestError::TargetNotAllowed { index }),
            Admission::Refused => return Err(HugRequestError::TargetNotAllowed { index }),
            Admission::Quiet => {}
            Admission::Open => {
                told.insert(*target);
            }
        }
    }
    Ok(told)
}

async fn check_limit(work: &Work, requester: UserId, now: DateTime<Utc>) -> Result<(), HugRequestError> {
    people::store::take_turn(&**work, requester).await?;
    let hour = TimeDelta::hours(1);
    match store::first_of_latest(&**work, requester, now - hour, PER_HOUR).await? {
        Some(first) => Err(HugRequestError::TooManyRequests { wait: first + hour - now }),
        None => Ok(()),
    }
}

/// Logs the request for the people it names; for the requester's followers when it names none.
async fn log_for_audience(
    work: &Work,
    request: &HugRequest,
    targets: &BTreeSet<UserId>,
) -> Result<(), StoreError> {
    let happening = Happening::to_request(live::Kind::RequestPosted, request.id, request.created_at);
    if request.audience == Audience::Private {
        let people: Vec<_> = targets.iter().copied().collect();
        return live::append_for_all(&**work, &people, happening).await;
    }
    live::append_for_followers(&**work, request.requester_id, BTreeSet::new(), happening).await
}

async fn tell_posted(work: &Work, request: &HugRequest, target_ids: Vec<UserId>) -> Result<(), StoreError> {
    work.emit(&HugRequestPosted {
        request_id: request.id,
        requester_id: request.requester_id,
        audience: request.audience.into(),
        target_ids,
        expires_at: request.expires_at,
    })
    .await
}
