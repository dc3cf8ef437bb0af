//! Learning of moods. A post of a mood reaches nobody whom the mood itself doesn't, and goes with it.

use async_trait::async_trait;
use events::{
    Envelope,
    moods::{MoodDeleted, MoodLogged, MoodUpdated},
};
use outbox::{ConsumerError, EventHandler, Work};

use super::{
    Mood,
    store::{self, News},
};
use crate::posts;

pub(super) struct Moods;

#[async_trait]
impl EventHandler for Moods {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let seq = event.seq;
        if let Some(logged) = event.read::<MoodLogged>() {
            let logged = logged?;
            let mood = Mood { owner: logged.user_id, visibility: logged.visibility.into() };
            store::put(&**work, logged.mood_id, News { mood, is_gone: false, seq }).await?;
        } else if let Some(updated) = event.read::<MoodUpdated>() {
            let updated = updated?;
            let mood = Mood { owner: updated.user_id, visibility: updated.visibility.into() };
            if store::put(&**work, updated.mood_id, News { mood, is_gone: false, seq }).await? {
                posts::limit_to_mood(&**work, updated.mood_id, mood.visibility).await?;
            }
        } else if let Some(deleted) = event.read::<MoodDeleted>() {
            let deleted = deleted?;
            let mood = Mood { owner: deleted.user_id, visibility: deleted.visibility.into() };
            store::put(&**work, deleted.mood_id, News { mood, is_gone: true, seq }).await?;
            posts::remove_shared(work, &[deleted.mood_id.as_uuid()], event.occurred_at).await?;
        }
        Ok(())
    }
}
