//! Learning settings from `users`.

use async_trait::async_trait;
use clock::day::Calendar;
use events::{Envelope, Event as _, users::SettingsChanged};
use outbox::{ConsumerError, EventHandler, Work};

use super::{Settings, store};

/// What the projection's group listens to.
pub(crate) fn subjects() -> Vec<String> {
    vec![SettingsChanged::subject()]
}

/// Keeps the table as `users` tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection;

#[async_trait]
impl EventHandler for Projection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(changed) = event.read::<SettingsChanged>() else {
            return Ok(());
        };
        let changed = changed?;
        let days = Calendar::parse(&changed.timezone, i64::from(changed.day_start_hour))?;
        let settings = Settings { days, visibility: changed.mood_visibility };
        store::put(&**work, changed.user_id, settings, event.seq).await?;
        Ok(())
    }
}
