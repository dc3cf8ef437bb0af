//! What a streak is: arithmetic on sets of dates.

mod history;
mod reckoning;

use chrono::{DateTime, NaiveDate, Utc};
pub(crate) use clock::day::Calendar;
pub(crate) use events::streaks::StreakKind;
use ids::UserId;
use uuid::Uuid;

pub(crate) use self::{
    history::{History, Pause},
    reckoning::{DayState, MAX_FREEZES, Reckoning},
};

/// A day that counts, and what makes it count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QualifyingDay {
    pub(crate) user_id: UserId,
    pub(crate) kind: StreakKind,
    /// What happened on that day, such as a mood entry; there is one day for each person and source.
    pub(crate) source_id: Uuid,
    pub(crate) date: NaiveDate,
    pub(crate) calendar: Calendar,
    /// It made a day count, and does no more.
    pub(crate) gone: bool,
    /// When it was told, and as which of the events about the same source.
    pub(crate) told_at: DateTime<Utc>,
    pub(crate) seq: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreakState {
    /// Today counts already.
    Active,
    /// The day before counts, or nothing was needed on it; today doesn't count yet.
    AtRisk,
    /// A freeze held the day before; today doesn't count yet.
    Frozen,
    /// Nothing is needed today.
    Paused,
    /// A whole day was missed, and nothing held it.
    Broken,
}

/// Days in a row, as seen at some instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Streak {
    pub(crate) kind: StreakKind,
    pub(crate) state: StreakState,
    pub(crate) current: u32,
    pub(crate) longest: u32,
    /// The first of the current days; none when it is broken.
    pub(crate) started_on: Option<NaiveDate>,
    pub(crate) last_date: NaiveDate,
    /// The end of the next day on which something is needed; none when it is broken.
    pub(crate) deadline: Option<DateTime<Utc>>,
    /// When it breaks if nothing counts any more: the deadline, put off by the freezes held; none when it is broken.
    pub(crate) breaks_at: Option<DateTime<Utc>>,
    pub(crate) freezes_held: u32,
    /// The missed day that can be repaired, so that the days before it and after it are in a row.
    pub(crate) repairable_date: Option<NaiveDate>,
}

impl Streak {
    pub(crate) fn is_running(&self) -> bool {
        self.state != StreakState::Broken
    }

    /// The streak that `history` makes for somebody with this calendar; none when no date counts.
    #[cfg(test)]
    pub(crate) fn compute(
        kind: StreakKind,
        history: &History,
        calendar: Calendar,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        Reckoning::compute(kind, history, calendar, now).map(|reckoning| reckoning.streak)
    }
}

#[cfg(test)]
mod tests;
