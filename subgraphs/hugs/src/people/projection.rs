//! Learning from the events of `auth` and `users`.

use events::{
    Envelope, Event as _,
    auth::UserRegistered,
    users::{ProfileUpdated, SettingsChanged},
};
use outbox::{ConsumerError, EventHandler, Work};

use super::store::{self, Names};

/// What the projection's group listens to.
pub(crate) fn subjects() -> Vec<String> {
    vec![UserRegistered::subject(), ProfileUpdated::subject(), SettingsChanged::subject()]
}

/// Keeps the table as the events tell, whichever of the two producers is heard first. What `users` says of names holds against
/// what was registered, and its later word, of names and of policies, against an earlier one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection;

#[async_trait::async_trait]
impl EventHandler for Projection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(registered) = event.read::<UserRegistered>() {
            let UserRegistered { user_id, username, display_name, registered_at } = registered?;
            store::note_registration(&**work, user_id, registered_at).await?;
            store::name_if_unnamed(&**work, user_id, &Names { username, display_name }).await?;
        } else if let Some(profile) = event.read::<ProfileUpdated>() {
            let ProfileUpdated { user_id, username, display_name } = profile?;
            store::note_names(&**work, user_id, Names { username, display_name }, event.seq).await?;
        } else if let Some(settings) = event.read::<SettingsChanged>() {
            let settings = settings?;
            store::note_policy(&**work, settings.user_id, &settings.hug_policy, event.seq).await?;
        }
        Ok(())
    }
}
