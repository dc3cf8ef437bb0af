//! Forgetting a person.

use async_trait::async_trait;
use ids::UserId;
use outbox::{ConsumerError, Work};

use crate::{awards, members, settings, streak};

/// Everything that is kept of somebody: days, holds, standings, points, badges and choices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait]
impl erasure::Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        streak::store::forget(&**work, user).await?;
        awards::store::forget(&**work, user).await?;
        settings::store::forget(&**work, user).await?;
        members::store::forget(&**work, user).await?;
        relationships::forget(&**work, user).await?;
        idempotency::forget(&**work, user).await?;
        exports::forget(&**work, user).await?;
        Ok(())
    }
}
