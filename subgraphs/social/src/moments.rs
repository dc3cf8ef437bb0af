//! Hugs, requests for them and hugs of groups, as far as sharing and reacting go: a projection of what `hugs` tells.

mod events;
pub(crate) mod graphql;
mod model;
mod store;

use std::collections::HashMap;

use ::events::{
    Event as _,
    hugs::{GroupHugChanged, GroupHugJoined, GroupHugLeft, HugCancelled, HugRequestPosted, HugSent},
};
use ids::HugId;
pub(crate) use model::{Moment, MomentId};
use service::{Consumer, Ctx};

use crate::{
    erasure::guarded,
    people::viewer,
    store::{Connection, StoreError},
};

pub(crate) const GROUP: &str = "social.moments";

pub(crate) fn consumer() -> Consumer {
    let subjects = vec![
        HugSent::subject(),
        HugCancelled::subject(),
        HugRequestPosted::subject(),
        GroupHugChanged::subject(),
        GroupHugJoined::subject(),
        GroupHugLeft::subject(),
    ];
    Consumer { group: GROUP, subjects, handler: guarded(events::Moments) }
}

/// Those of the moments that the viewer may see, and so may react to: as one who takes part, or as one of its audience.
/// Nobody sees anything across a block, but for hugs of somebody whom they aren't to know.
pub(crate) async fn visible(ctx: &Ctx, ids: &[MomentId]) -> Result<HashMap<MomentId, Moment>, StoreError> {
    let Some(viewer) = viewer(ctx) else { return Ok(HashMap::new()) };
    let moments = store::visible(ctx.db.reader(), ids, viewer).await?;
    Ok(moments.into_iter().map(|moment| (moment.id, moment)).collect())
}

/// The moment, which stays until the transaction ends, if the viewer may see it.
pub(crate) async fn hold(
    ctx: &Ctx,
    transaction: &impl Connection,
    id: MomentId,
) -> Result<Option<Moment>, StoreError> {
    let Some(viewer) = viewer(ctx) else { return Ok(None) };
    if !store::hold(transaction, id).await? {
        return Ok(None);
    }
    Ok(store::visible(transaction, &[id], viewer).await?.pop())
}

/// The moment, if the viewer sees it, or takes part in it and it is somebody else's: of whom they may have blocked. What is
/// their own and hidden from them is as good as gone, or it would tell a block from an end.
pub(crate) async fn reportable(ctx: &Ctx, id: MomentId) -> Result<Option<Moment>, StoreError> {
    let Some(viewer) = viewer(ctx) else { return Ok(None) };
    let moment = store::find(ctx.db.reader(), &[id]).await?.pop();
    let is_of_another = |moment: &Moment| moment.owner != viewer && moment.people.contains(&viewer);
    if moment.as_ref().is_some_and(is_of_another) {
        return Ok(moment);
    }
    Ok(store::visible(ctx.db.reader(), &[id], viewer).await?.pop())
}

/// A hug in a post, as the viewer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SharedHug {
    /// The hug itself; only those between whom it was see it.
    pub(crate) hug: Option<HugId>,
    /// Whether the author sent it.
    pub(crate) sent: bool,
    /// Who the author hugged or was hugged by; nobody when that is not to be known, or not by the viewer.
    pub(crate) with: Option<ids::UserId>,
}

/// Hugs that were shared, each by the author beside it. `None` for one that is gone.
pub(crate) async fn shared(
    ctx: &Ctx,
    hugs: &[(HugId, ids::UserId)],
) -> Result<HashMap<(HugId, ids::UserId), SharedHug>, StoreError> {
    let connection = ctx.db.reader();
    let viewer = viewer(ctx);
    let ids: Vec<MomentId> = hugs.iter().map(|(hug, _)| MomentId::Hug(*hug)).collect();
    let moments = store::find(connection, &ids).await?;
    let people: Vec<ids::UserId> = moments.iter().flat_map(|moment| moment.people.iter().copied()).collect();
    let hidden = store::hidden_from(connection, viewer, &people).await?;
    let moments: HashMap<MomentId, Moment> = moments.into_iter().map(|moment| (moment.id, moment)).collect();
    let seen = hugs.iter().filter_map(|(hug, author)| {
        let moment = moments.get(&MomentId::Hug(*hug))?;
        let sent = moment.owner == *author;
        let other = moment.people.iter().copied().find(|person| person != author);
        let with = other.filter(|other| !hidden.contains(other) && moment.hidden.is_none());
        let across_a_block = moment.people.iter().any(|person| hidden.contains(person));
        // Who takes part, and isn't told of the author by it: no hug of theirs would be in a post of somebody unknown.
        let is_party = viewer.is_some_and(|viewer| moment.people.contains(&viewer))
            && (viewer == Some(*author) || moment.hidden != Some(*author))
            && (!across_a_block || moment.hides_somebody_from(viewer));
        Some(((*hug, *author), SharedHug { hug: is_party.then_some(*hug), sent, with }))
    });
    Ok(seen.collect())
}
