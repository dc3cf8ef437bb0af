//! Watching how people are present, as it changes.

use std::collections::{BTreeSet, HashMap, VecDeque};

use futures::{Stream, stream};
use ids::UserId;
use service::Unauthenticated;

use crate::{
    context::Ctx,
    presence::{self, Seen, Status, hub::Seat},
    store::StoreError,
};

/// The most people that one stream watches.
pub(crate) const MAX_WATCHED: usize = 100;

/// How somebody is present now, as far as the viewer is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) user: UserId,
    pub(crate) seen: Seen,
}

/// How people are present for the viewer: now, for those who show it, then each time that it is other than before. Ends
/// when it can't be read, or when the process stops.
pub(crate) async fn watch(
    ctx: &Ctx,
    people: BTreeSet<UserId>,
) -> Result<impl Stream<Item = Change> + Send + use<>, Unauthenticated> {
    let viewer = ctx.viewer()?.user_id;
    let seat = ctx.hub().join(viewer, people).await;
    let watching = Watching { ctx: ctx.clone(), seat, shown: HashMap::new(), waiting: VecDeque::new() };
    Ok(stream::unfold(watching, async |mut watching| {
        let change = watching.next().await?;
        Some((change, watching))
    }))
}

struct Watching {
    ctx: Ctx,
    seat: Seat,
    /// What the viewer was last shown of whom.
    shown: HashMap<UserId, Status>,
    waiting: VecDeque<Change>,
}

impl Watching {
    async fn next(&mut self) -> Option<Change> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Some(change);
            }
            let people = self.seat.next().await?;
            if let Err(error) = self.look_at(people).await {
                tracing::warn!(%error, "presence that is watched can't be read");
                return None;
            }
        }
    }

    async fn look_at(&mut self, people: Vec<UserId>) -> Result<(), StoreError> {
        // Another request as far as waiting for blocks goes: those of this moment count.
        let ctx = self.ctx.on_behalf_of(self.ctx.caller.clone());
        let seen = presence::of(&ctx, &people).await?;
        for user in people {
            let seen = seen.get(&user).copied().unwrap_or_default();
            let before = match seen.status {
                Some(status) => self.shown.insert(user, status),
                None => self.shown.remove(&user),
            };
            if before != seen.status {
                self.waiting.push_back(Change { user, seen });
            }
        }
        Ok(())
    }
}
