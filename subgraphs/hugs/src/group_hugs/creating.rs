//! Making a group hug.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use idempotency::Begun;
use ids::{GroupHugId, HugTypeId, UserId};
use outbox::Work;
use serde::Serialize;

use super::{
    GroupHug, GroupHugError, GroupHugState,
    inviting::{admitted, loud, require_there},
    model::{Capacity, Times},
    steering::{tell, wake},
    store,
};
use crate::{
    context::Ctx,
    hug_requests::Audience,
    hug_types,
    hugs::HugError,
    live::{self, Happening},
    people,
    store::StoreError,
    text::Message,
};

/// At most this many group hugs in an hour.
const PER_HOUR: u64 = 20;

/// A group hug to be made. What is serialised is what makes two of them the same.
#[derive(Debug, Serialize)]
pub(crate) struct CreateGroupHug {
    pub(crate) type_id: HugTypeId,
    pub(crate) message: Option<Message>,
    pub(crate) audience: Audience,
    pub(crate) capacity: Capacity,
    pub(crate) opens_at: Option<DateTime<Utc>>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) invitees: Vec<UserId>,
    #[serde(skip)]
    pub(crate) key: Option<String>,
}

impl CreateGroupHug {
    pub(crate) fn parse_capacity(number: i32) -> Result<Capacity, GroupHugError> {
        Capacity::parse(number)
    }
}

/// Makes the group hug on the viewer's behalf, who hosts it, and tells those whom it concerns.
pub(crate) async fn create(ctx: &Ctx, command: CreateGroupHug) -> Result<GroupHug, GroupHugError> {
    let (host, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    require_there(&work, host, &command.invitees).await?;
    let asked =
        idempotency::Request { user_id: host, operation: "createGroupHug", key: command.key.as_deref() };
    let claim = match idempotency::begin::<GroupHugId>(&*work, asked, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => {
            return store::visible(&*work, host, &[id]).await?.pop().ok_or(GroupHugError::NotFound);
        }
    };
    let times = Times::parse(command.opens_at, command.expires_at, now)?;
    if hug_types::active(&*work, command.type_id).await?.is_none() {
        return Err(HugError::TypeNotFound.into());
    }
    let invitees = admitted(&work, host, &command.invitees, now).await?;
    check_limit(&work, host, now).await?;
    let state = if times.opens_at > now { GroupHugState::Scheduled } else { GroupHugState::Open };
    let group = GroupHug {
        id: GroupHugId::at(now),
        creator_id: host,
        host_id: host,
        type_id: command.type_id,
        message: command.message.map(Message::into_string),
        audience: command.audience,
        capacity: command.capacity.get(),
        state,
        created_at: now,
        opens_at: times.opens_at,
        started_at: None,
        expires_at: times.expires_at,
        ended_at: None,
    };
    store::insert(&*work, &group).await?;
    store::invite(&*work, group.id, &invitees, now).await?;
    let told = loud(&invitees);
    log_for_audience(&work, &group, &told).await?;
    tell(&work, &group, vec![host], now).await?;
    claim.complete(&*work, &group.id).await?;
    work.commit().await?;
    wake(ctx, group.id, &told);
    Ok(group)
}

async fn check_limit(work: &Work, host: UserId, now: DateTime<Utc>) -> Result<(), GroupHugError> {
    people::store::take_turn(&**work, host).await?;
    let hour = TimeDelta::hours(1);
    match store::first_of_latest(&**work, host, now - hour, PER_HOUR).await? {
        Some(first) => Err(GroupHugError::TooManyGroupHugs { wait: first + hour - now }),
        None => Ok(()),
    }
}

/// Logs the group hug for those who are invited; for the host's followers, too, when it is meant for them.
async fn log_for_audience(work: &Work, group: &GroupHug, invited: &[UserId]) -> Result<(), StoreError> {
    let posted = Happening::to_group(live::Kind::GroupPosted, group.id, None, group.created_at);
    live::append_to_each(&**work, &[group.id.into()], posted).await?;
    if group.audience == Audience::Private {
        return live::append_for_all(&**work, invited, posted).await;
    }
    let invited: BTreeSet<_> = invited.iter().copied().collect();
    live::append_for_followers(&**work, group.host_id, invited, posted).await
}
