//! What a streak is: arithmetic on sets of dates.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use clock::day::{self, DayStart};
pub(crate) use events::streaks::StreakKind;
use ids::UserId;
use uuid::Uuid;

/// Whose days begin when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calendar {
    pub(crate) zone: Tz,
    pub(crate) day_start: DayStart,
}

/// A text that is no zone, or an hour that no day starts at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no day starts at {hour} in `{timezone}`")]
pub(crate) struct CalendarError {
    timezone: String,
    hour: i64,
}

impl Calendar {
    pub(crate) fn parse(timezone: &str, hour: i64) -> Result<Self, CalendarError> {
        let zone = timezone.parse().ok();
        let day_start = u8::try_from(hour).ok().and_then(DayStart::parse);
        let (Some(zone), Some(day_start)) = (zone, day_start) else {
            return Err(CalendarError { timezone: timezone.to_owned(), hour });
        };
        Ok(Self { zone, day_start })
    }

    fn date_of(self, instant: DateTime<Utc>) -> NaiveDate {
        day::local_date(instant, self.zone, self.day_start)
    }

    fn end_of(self, date: NaiveDate) -> DateTime<Utc> {
        day::end_of(date, self.zone, self.day_start)
    }
}

/// A day that counts, and what makes it count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QualifyingDay {
    pub(crate) user_id: UserId,
    pub(crate) kind: StreakKind,
    /// What happened on that day, such as a mood entry; there is one day for each.
    pub(crate) source_id: Uuid,
    pub(crate) date: NaiveDate,
    pub(crate) calendar: Calendar,
    /// When it was told, and as which of the events about the same source.
    /// It made a day count, and does no more.
    pub(crate) gone: bool,
    pub(crate) told_at: DateTime<Utc>,
    pub(crate) seq: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreakState {
    /// Today counts already.
    Active,
    /// Yesterday counts, today doesn't yet.
    AtRisk,
    /// A whole day was missed.
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
    /// The end of the day by which the next one has to come; none when it is broken.
    pub(crate) deadline: Option<DateTime<Utc>>,
}

impl Streak {
    /// The streak that `dates` make for somebody with this calendar; none when there is no date.
    pub(crate) fn compute(
        kind: StreakKind,
        dates: &BTreeSet<NaiveDate>,
        calendar: Calendar,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let runs = runs(dates);
        let latest = runs.last()?;
        let due = latest.last + Days::new(1);
        let today = calendar.date_of(now);
        // The last date may be tomorrow's: somebody flew west after logging.
        let state = match due {
            due if due > today => StreakState::Active,
            due if due == today => StreakState::AtRisk,
            _ => StreakState::Broken,
        };
        let running = state != StreakState::Broken;
        Some(Self {
            kind,
            state,
            current: if running { latest.days() } else { 0 },
            longest: runs.iter().map(Run::days).max().unwrap_or_default(),
            started_on: running.then_some(latest.first),
            last_date: latest.last,
            deadline: running.then(|| calendar.end_of(due)),
        })
    }
}

/// Dates without a gap.
struct Run {
    first: NaiveDate,
    last: NaiveDate,
}

impl Run {
    fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or_default()
    }
}

fn runs(dates: &BTreeSet<NaiveDate>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for date in dates {
        match runs.last_mut() {
            Some(run) if run.last.succ_opt() == Some(*date) => run.last = *date,
            _ => runs.push(Run { first: *date, last: *date }),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
