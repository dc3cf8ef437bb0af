//! Learning from `moods` and `hugs` which days count.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::{
    Envelope, Event as _,
    hugs::{GroupHugChanged, GroupHugState, HugCancelled, HugSent},
    moods::{MoodDeleted, MoodLogged, MoodUpdated},
    streaks::StreakKind,
};
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};
use uuid::Uuid;

use super::{
    change::learn,
    model::{Calendar, QualifyingDay},
};
use crate::settings;

/// What the group of `moods` listens to.
pub(crate) fn mood_subjects() -> Vec<String> {
    vec![MoodLogged::subject(), MoodUpdated::subject(), MoodDeleted::subject()]
}

/// Keeps the days with a mood as `moods` tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoodProjection;

#[async_trait]
impl EventHandler for MoodProjection {
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
        learn(work, day).await?;
        Ok(())
    }
}

/// What the group of `hugs` listens to.
pub(crate) fn hug_subjects() -> Vec<String> {
    vec![HugSent::subject(), HugCancelled::subject(), GroupHugChanged::subject()]
}

/// Keeps the days with a hug as `hugs` tells: those on which somebody sent one, or was in a group that shared one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HugProjection;

#[async_trait]
impl EventHandler for HugProjection {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(sent) = event.read::<HugSent>() {
            let sent = sent?;
            let hug = Hug { id: sent.hug_id.as_uuid(), at: sent.sent_at, gone: false };
            hug.counts_for(work, event, vec![sent.sender_id]).await
        } else if let Some(cancelled) = event.read::<HugCancelled>() {
            let cancelled = cancelled?;
            let hug = Hug { id: cancelled.hug_id.as_uuid(), at: cancelled.cancelled_at, gone: true };
            hug.counts_for(work, event, vec![cancelled.sender_id]).await
        } else if let Some(changed) = event.read::<GroupHugChanged>() {
            let changed = changed?;
            if changed.state != GroupHugState::Completed {
                return Ok(());
            }
            let hug = Hug { id: changed.group_hug_id.as_uuid(), at: changed.changed_at, gone: false };
            hug.counts_for(work, event, changed.participant_ids).await
        } else {
            Ok(())
        }
    }
}

/// A hug of one person, or of a group.
struct Hug {
    id: Uuid,
    at: DateTime<Utc>,
    gone: bool,
}

impl Hug {
    /// Each has it on the date that it was for them, by the settings that are known now: the date stays as it is.
    async fn counts_for(
        &self,
        work: &Work,
        event: &Envelope,
        mut people: Vec<UserId>,
    ) -> Result<(), ConsumerError> {
        // Rows are held in one order.
        people.sort_unstable();
        people.dedup();
        let calendars = settings::store::calendars_of(&**work, &people).await?;
        for user_id in people {
            let calendar = calendars.get(&user_id).copied().unwrap_or_default();
            let day = QualifyingDay {
                user_id,
                kind: StreakKind::Hugging,
                source_id: self.id,
                date: calendar.date_of(self.at),
                calendar,
                gone: self.gone,
                told_at: event.occurred_at,
                seq: event.seq,
            };
            learn(work, day).await?;
        }
        Ok(())
    }
}
