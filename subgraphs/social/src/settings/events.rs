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
            let settings = settings?;
            store::note(&**work, settings.user_id, settings.approves_followers, settings.is_suggested)
                .await?;
        }
        Ok(())
    }
}
