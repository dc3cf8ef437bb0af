//! Learning from `moods` which days count.

use async_trait::async_trait;
use events::{
    Envelope, Event as _,
    moods::{MoodDeleted, MoodLogged, MoodUpdated},
    streaks::StreakKind,
};
use outbox::{ConsumerError, EventHandler, Work};

use super::model::{Calendar, QualifyingDay};

/// What the group listens to.
pub(crate) fn subjects() -> Vec<String> {
    vec![MoodLogged::subject(), MoodUpdated::subject(), MoodDeleted::subject()]
}

/// Keeps the days that count as `moods` tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projection;

#[async_trait]
impl EventHandler for Projection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let gone = event.kind == MoodDeleted::TYPE;
        let mood = if let Some(logged) = event.read::<MoodLogged>() {
            logged?
        } else if let Some(updated) = event.read::<MoodUpdated>() {
            let MoodUpdated { mood_id, user_id, local_date, timezone, day_start_hour, visibility } = updated?;
            MoodLogged { mood_id, user_id, local_date, timezone, day_start_hour, visibility }
        } else if let Some(deleted) = event.read::<MoodDeleted>() {
            let MoodDeleted { mood_id, user_id, local_date, timezone, day_start_hour, visibility } = deleted?;
            MoodLogged { mood_id, user_id, local_date, timezone, day_start_hour, visibility }
        } else {
            return Ok(());
        };
        let day = QualifyingDay {
            user_id: mood.user_id,
            kind: StreakKind::MoodLogging,
            source_id: mood.mood_id.as_uuid(),
            date: mood.local_date,
            calendar: Calendar::parse(&mood.timezone, i64::from(mood.day_start_hour))?,
            gone,
            told_at: event.occurred_at,
            seq: event.seq,
        };
        Ok(super::learn(work, day).await?)
    }
}
