//! Learning from social's events.

use events::{
    Envelope,
    social::{Blocked, FollowCreated, FollowRemoved, Unblocked},
};
use outbox::{ConsumerError, EventHandler, Work};

use crate::store::{self, Kind, Pair};

/// What the projection's group listens to.
pub fn subjects() -> Vec<String> {
    vec!["social.*".to_owned()]
}

/// Keeps the tables as social tells.
#[derive(Debug, Clone, Copy, Default)]
pub struct Projection;

#[async_trait::async_trait]
impl EventHandler for Projection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some((pair, holds)) = word(event)? else {
            return Ok(());
        };
        // One that was put aside and comes late changes nothing: a block that began anew would else end by the end of the former.
        if store::hear(&**work, pair, event.seq).await? {
            store::put(&**work, pair, holds).await?;
        }
        Ok(())
    }
}

/// Which pair the event is about, and whether it is one from now on, or no longer.
fn word(event: &Envelope) -> Result<Option<(Pair, bool)>, serde_json::Error> {
    let follow = |from, to| Pair { kind: Kind::Follow, from, to };
    let block = |from, to| Pair { kind: Kind::Block, from, to };
    if let Some(told) = event.read::<FollowCreated>().transpose()? {
        return Ok(Some((follow(told.follower_id, told.followed_id), true)));
    }
    if let Some(told) = event.read::<FollowRemoved>().transpose()? {
        return Ok(Some((follow(told.follower_id, told.followed_id), false)));
    }
    if let Some(told) = event.read::<Blocked>().transpose()? {
        return Ok(Some((block(told.blocker_id, told.blocked_id), true)));
    }
    let told = event.read::<Unblocked>().transpose()?;
    Ok(told.map(|told| (block(told.blocker_id, told.blocked_id), false)))
}
