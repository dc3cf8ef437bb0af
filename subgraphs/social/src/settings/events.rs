//! Learning of settings.

use async_trait::async_trait;
use events::{Envelope, users::SettingsChanged};
use outbox::{ConsumerError, EventHandler, Work};

use super::store;

pub(super) struct Settings;

#[async_trait]
impl EventHandler for Settings {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(settings) = event.read::<SettingsChanged>() {
            let SettingsChanged { user_id, approves_followers, is_suggested, .. } = settings?;
            store::note(&**work, user_id, approves_followers, is_suggested, event.seq).await?;
        }
        Ok(())
    }
}
