//! Learning from social's events.

use events::{
    Envelope,
    social::{Blocked, FollowCreated, FollowRemoved, Unblocked},
};
use outbox::{ConsumerError, EventHandler, Work};

use crate::store;

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
        if let Some(follow) = event.read::<FollowCreated>() {
            let follow = follow?;
            store::add_follow(&**work, follow.follower_id, follow.followed_id).await?;
        } else if let Some(follow) = event.read::<FollowRemoved>() {
            let follow = follow?;
            store::remove_follow(&**work, follow.follower_id, follow.followed_id).await?;
        } else if let Some(block) = event.read::<Blocked>() {
            let block = block?;
            store::add_block(&**work, block.blocker_id, block.blocked_id).await?;
        } else if let Some(block) = event.read::<Unblocked>() {
            let block = block?;
            store::remove_block(&**work, block.blocker_id, block.blocked_id).await?;
        }
        Ok(())
    }
}
