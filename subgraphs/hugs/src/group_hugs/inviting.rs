//! Inviting people to a group hug.

use chrono::{DateTime, Utc};
use ids::UserId;
use outbox::Work;

use super::{
    GroupHug, GroupHugError,
    model::MAX_INVITEES,
    steering::{find, tell, wake},
    store::{self, Invitee},
};
use crate::{
    context::Ctx,
    live::{self, Happening},
    people::{self, Admission},
};

/// The people to invite, each once, as they were given.
pub(crate) fn parse_invitees(people: &[impl AsRef<str>]) -> Result<Vec<UserId>, GroupHugError> {
    if people.len() > MAX_INVITEES {
        return Err(GroupHugError::TooManyInvitees);
    }
    let mut parsed = Vec::with_capacity(people.len());
    for (index, person) in people.iter().enumerate() {
        let person =
            UserId::parse(person.as_ref()).map_err(|_| GroupHugError::InviteeNotAllowed { index })?;
        if !parsed.contains(&person) {
            parsed.push(person);
        }
    }
    Ok(parsed)
}

/// The viewer, who is the host, invites more people. Who is invited already isn't told again.
pub(crate) async fn invite(ctx: &Ctx, id: &str, people: &[UserId]) -> Result<GroupHug, GroupHugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    require_there(&work, viewer, people).await?;
    // Nothing else is told in this transaction: the logs of all who are told are taken in one order.
    let group = find(&work, id, viewer).await?;
    if group.host_id != viewer {
        return Err(GroupHugError::NotHost);
    }
    if group.state_at(now).is_end() {
        return Err(GroupHugError::Ended);
    }
    let known = store::invited(&*work, group.id).await?;
    let mut invitees = admitted(&work, viewer, people, now).await?;
    invitees.retain(|invitee| known.iter().all(|known| known.person != invitee.person));
    if known.len() + invitees.len() > MAX_INVITEES {
        return Err(GroupHugError::TooManyInvitees);
    }
    store::invite(&*work, group.id, &invitees, now).await?;
    let told = loud(&invitees);
    let posted = Happening::to_group(live::Kind::GroupPosted, group.id, None, now);
    live::append_for_all(&*work, &told, posted).await?;
    if !told.is_empty() {
        // Nothing of it is other than before but who hears of it: their streams are woken by this, wherever they are.
        let participants = store::participants(&*work, group.id).await?;
        tell(&work, &group, participants, now).await?;
    }
    work.commit().await?;
    wake(ctx, group.id, &told);
    Ok(group)
}

/// Fails when the host is gone. Until the transaction ends, none of those who are invited can be erased, either, or their invitation
/// would outlive them; those who were are not admitted.
pub(super) async fn require_there(work: &Work, host: UserId, people: &[UserId]) -> Result<(), GroupHugError> {
    let people: Vec<UserId> = [host].into_iter().chain(people.iter().copied()).collect();
    if erasure::erased_among(work, &people).await?.contains(&host) {
        return Err(service::Unauthenticated.into());
    }
    Ok(())
}

/// The people as invitees, by their policies; an error names the first whom the host may not invite.
pub(super) async fn admitted(
    work: &Work,
    host: UserId,
    people: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<Invitee>, GroupHugError> {
    let mut invitees = Vec::with_capacity(people.len());
    for (index, person) in people.iter().copied().enumerate() {
        if person == host {
            return Err(GroupHugError::InviteeNotAllowed { index });
        }
        match people::admission(&**work, host, person, now).await? {
            Admission::Refused => return Err(GroupHugError::InviteeNotAllowed { index }),
            admission => invitees.push(Invitee { person, quietly: admission == Admission::Quiet }),
        }
    }
    Ok(invitees)
}

/// Those who are told live, in ascending order.
pub(super) fn loud(invitees: &[Invitee]) -> Vec<UserId> {
    let mut told: Vec<_> =
        invitees.iter().filter(|invitee| !invitee.quietly).map(|invitee| invitee.person).collect();
    told.sort_unstable();
    told
}
