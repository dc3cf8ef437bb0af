//! What becomes of what is kept of somebody who is gone: nothing.

use ids::UserId;
use outbox::{ConsumerError, Work};

use crate::{avatars, badges, presence, profiles, reservations, settings, usernames};

/// Everything that this subgraph keeps of people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait::async_trait]
impl erasure::Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        avatars::discard_of(work, user).await?;
        profiles::store::remove(&**work, user).await?;
        usernames::store::remove(&**work, user).await?;
        reservations::store::remove(&**work, user).await?;
        settings::store::remove(&**work, user).await?;
        presence::store::remove(&**work, user).await?;
        badges::store::remove(&**work, user).await?;
        relationships::forget(&**work, user).await?;
        exports::forget(&**work, user).await?;
        Ok(())
    }
}
