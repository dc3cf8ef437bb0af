//! Learning of streaks and badges.

use async_trait::async_trait;
use events::{
    Envelope,
    streaks::{BadgeAwarded, StreakBroken, StreakChanged, StreakExtended},
};
use outbox::{ConsumerError, EventHandler, Work};

use super::store;

pub(super) struct Achievements;

#[async_trait]
impl EventHandler for Achievements {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(extended) = event.read::<StreakExtended>() {
            let extended = extended?;
            store::put_days(&**work, extended.user_id, extended.kind, extended.current).await?;
        } else if let Some(broken) = event.read::<StreakBroken>() {
            let broken = broken?;
            store::put_days(&**work, broken.user_id, broken.kind, 0).await?;
        } else if let Some(changed) = event.read::<StreakChanged>() {
            let changed = changed?;
            if let Some(current) = changed.current {
                store::put_days(&**work, changed.user_id, changed.kind, current).await?;
            }
        } else if let Some(awarded) = event.read::<BadgeAwarded>() {
            let awarded = awarded?;
            store::put_badge(&**work, awarded.user_id, awarded.badge).await?;
        }
        Ok(())
    }
}
