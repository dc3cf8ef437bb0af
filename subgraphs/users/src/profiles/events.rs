//! Learning of accounts.

use events::{Envelope, Event as _, auth::UserRegistered};
use outbox::{ConsumerError, EventHandler, Work};

use crate::profiles::{Registration, activation};

pub(crate) fn subjects() -> Vec<String> {
    vec![UserRegistered::subject()]
}

/// Makes a profile for each account that `auth` has made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registrations;

#[async_trait::async_trait]
impl EventHandler for Registrations {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(registered) = event.read::<UserRegistered>() else {
            return Ok(());
        };
        let registered = registered?;
        let registration = Registration {
            user_id: registered.user_id,
            username: registered.username,
            display_name: registered.display_name,
            registered_at: registered.registered_at,
        };
        // Whether a reservation has run out is a question of when the account was made, not of when that is heard.
        activation::activate(work, registration, event.occurred_at).await?;
        Ok(())
    }
}
