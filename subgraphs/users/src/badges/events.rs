//! Learning of awards.

use events::{Envelope, Event as _, streaks::BadgeAwarded};
use outbox::{ConsumerError, EventHandler, Work};

use crate::badges::store;

pub(crate) fn subjects() -> Vec<String> {
    vec![BadgeAwarded::subject()]
}

/// Keeps who has been awarded what, once each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Awards;

#[async_trait::async_trait]
impl EventHandler for Awards {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(awarded) = event.read::<BadgeAwarded>() {
            let awarded = awarded?;
            store::add(&**work, awarded.user_id, &awarded.badge, awarded.awarded_at).await?;
        }
        Ok(())
    }
}
