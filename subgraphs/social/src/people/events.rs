//! Learning of registrations.

use async_trait::async_trait;
use events::{Envelope, auth::UserRegistered};
use outbox::{ConsumerError, EventHandler, Work};

use super::store;

pub(super) struct Registrations;

#[async_trait]
impl EventHandler for Registrations {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(registered) = event.read::<UserRegistered>() {
            let registered = registered?;
            store::insert(&**work, registered.user_id, registered.registered_at).await?;
        }
        Ok(())
    }
}
