//! Mood entries, and what can be done to them.

pub(crate) mod calendar;
pub(crate) mod content;
pub(crate) mod filter;
pub(crate) mod moment;
pub(crate) mod vocabulary;

pub(crate) use calendar::{CalendarDay, DateRange};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
pub(crate) use content::{Coordinate, Note, Score, Tags};
pub(crate) use events::moods::MoodVisibility;
pub(crate) use filter::EntryFilter;
use ids::{CustomMoodId, MoodId, UserId};
pub(crate) use moment::Moment;
use named::Named;
use pagination::PageRequest;
use serde::{Deserialize, Serialize};
pub(crate) use vocabulary::{Association, Label, Words};

use super::error::InputError;
use crate::{settings::Settings, tags::model::Tag};

/// Whether an entry is about a moment or about a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum MoodKind {
    Moment,
    Daily,
}

impl Named for MoodKind {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Moment, "MOMENT"), (Self::Daily, "DAILY")];
}

/// How somebody felt, and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MoodEntry {
    pub(crate) id: MoodId,
    pub(crate) user_id: UserId,
    pub(crate) score: Score,
    pub(crate) valence: Option<Coordinate>,
    pub(crate) energy: Option<Coordinate>,
    pub(crate) kind: MoodKind,
    pub(crate) labels: Words<Label>,
    pub(crate) associations: Words<Association>,
    pub(crate) custom_mood: Option<CustomMoodId>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) note: Option<Note>,
    pub(crate) moment: Moment,
    pub(crate) visibility: MoodVisibility,
    /// 1 at first, one more with each change.
    pub(crate) revision: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Where an entry stands in its owner's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryKey {
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) id: MoodId,
}

impl pagination::Key for EntryKey {
    const KIND: &'static str = "moods";
}

impl From<&MoodEntry> for EntryKey {
    fn from(entry: &MoodEntry) -> Self {
        Self { occurred_at: entry.moment.occurred_at, id: entry.id }
    }
}

/// A page of somebody's entries, newest first.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) owner: UserId,
    /// Only entries of this instant or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Only entries before this instant.
    pub(crate) to: Option<DateTime<Utc>>,
    pub(crate) filter: EntryFilter,
    pub(crate) page: PageRequest<EntryKey>,
}

/// A mood to be logged. Its JSON is what an idempotency key is compared by.
#[derive(Debug, Serialize)]
pub(crate) struct LogMood {
    pub(crate) score: Score,
    pub(crate) valence: Option<Coordinate>,
    pub(crate) energy: Option<Coordinate>,
    pub(crate) kind: MoodKind,
    pub(crate) labels: Words<Label>,
    pub(crate) associations: Words<Association>,
    pub(crate) custom_mood: Option<CustomMoodId>,
    pub(crate) tags: Tags,
    pub(crate) note: Option<Note>,
    pub(crate) occurred_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "moment::zone_name")]
    pub(crate) zone: Option<Tz>,
    pub(crate) visibility: Option<MoodVisibility>,
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

impl LogMood {
    /// When it happened: now, unless the command says otherwise.
    pub(super) fn occurred_at(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, InputError> {
        moment::occurred_at(self.occurred_at.unwrap_or(now), now)
    }

    pub(super) fn into_entry(
        self,
        user_id: UserId,
        occurred_at: DateTime<Utc>,
        tags: Vec<Tag>,
        defaults: Settings,
        now: DateTime<Utc>,
    ) -> MoodEntry {
        let zone = self.zone.unwrap_or(defaults.days.zone);
        MoodEntry {
            id: MoodId::at(now),
            user_id,
            score: self.score,
            valence: self.valence,
            energy: self.energy,
            kind: self.kind,
            labels: self.labels,
            associations: self.associations,
            custom_mood: self.custom_mood,
            tags,
            note: self.note,
            moment: Moment::new(occurred_at, zone, defaults.days.day_start),
            visibility: self.visibility.unwrap_or(defaults.visibility),
            revision: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Changes to an entry, made by somebody who saw its `revision`.
#[derive(Debug)]
pub(crate) struct UpdateMood {
    pub(crate) id: MoodId,
    pub(crate) revision: i32,
    pub(crate) changes: Changes,
}

/// What becomes of a part that an entry may lack.
#[derive(Debug, Default)]
pub(crate) enum Change<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T: Clone> Change<T> {
    pub(crate) fn of(&self, current: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => current.cloned(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

/// What is `None` or `Keep` stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) score: Option<Score>,
    pub(crate) valence: Change<Coordinate>,
    pub(crate) energy: Change<Coordinate>,
    pub(crate) kind: Option<MoodKind>,
    pub(crate) labels: Option<Words<Label>>,
    pub(crate) associations: Option<Words<Association>>,
    pub(crate) custom_mood: Change<CustomMoodId>,
    pub(crate) tags: Option<Tags>,
    pub(crate) note: Change<Note>,
    pub(crate) occurred_at: Option<DateTime<Utc>>,
    pub(crate) zone: Option<Tz>,
    pub(crate) visibility: Option<MoodVisibility>,
}

impl Changes {
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), InputError> {
        self.occurred_at.map_or(Ok(()), |instant| moment::occurred_at(instant, now).map(|_| ()))
    }

    /// The entry's next revision, with `tags` when they are other; `None` when nothing is other than it was. The day
    /// start stays the entry's own.
    pub(super) fn apply(
        &self,
        entry: &MoodEntry,
        tags: Option<Vec<Tag>>,
        now: DateTime<Utc>,
    ) -> Option<MoodEntry> {
        let occurred_at = self.occurred_at.map_or(entry.moment.occurred_at, moment::to_microseconds);
        let zone = self.zone.unwrap_or(entry.moment.zone);
        let redated = occurred_at != entry.moment.occurred_at || zone != entry.moment.zone;
        let changed = MoodEntry {
            score: self.score.unwrap_or(entry.score),
            valence: self.valence.of(entry.valence.as_ref()),
            energy: self.energy.of(entry.energy.as_ref()),
            kind: self.kind.unwrap_or(entry.kind),
            labels: self.labels.clone().unwrap_or_else(|| entry.labels.clone()),
            associations: self.associations.clone().unwrap_or_else(|| entry.associations.clone()),
            custom_mood: self.custom_mood.of(entry.custom_mood.as_ref()),
            tags: tags.unwrap_or_else(|| entry.tags.clone()),
            note: self.note.of(entry.note.as_ref()),
            // A frozen date stays frozen, even if the zone's rules have changed since.
            moment: if redated {
                Moment::new(occurred_at, zone, entry.moment.day_start)
            } else {
                entry.moment
            },
            visibility: self.visibility.unwrap_or(entry.visibility),
            ..entry.clone()
        };
        (changed != *entry).then(|| MoodEntry { revision: entry.revision + 1, updated_at: now, ..changed })
    }
}

/// An entry to be taken away; when `revision` is said, only if it is still as it was then.
#[derive(Debug)]
pub(crate) struct DeleteMood {
    pub(crate) id: MoodId,
    pub(crate) revision: Option<i32>,
}
