//! Learning from the events of `auth` and `users`.

use events::{Envelope, Event as _, auth::UserRegistered, users::SettingsChanged};
use outbox::{ConsumerError, EventHandler, Work};

use super::store;

/// What the projection's group listens to.
pub(crate) fn subjects() -> Vec<String> {
    vec![UserRegistered::subject(), SettingsChanged::subject()]
}

/// Keeps the table as the events tell, whichever of the two producers is heard first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection;

#[async_trait::async_trait]
impl EventHandler for Projection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(registered) = event.read::<UserRegistered>() {
            let registered = registered?;
            store::note_registration(&**work, registered.user_id, registered.registered_at).await?;
        } else if let Some(settings) = event.read::<SettingsChanged>() {
            let settings = settings?;
            store::note_policy(&**work, settings.user_id, &settings.hug_policy).await?;
        }
        Ok(())
    }
}
