//! Everything that a streak is computed from: sets, so that it doesn't matter in which order they came to be what they are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// How long after one repair the next can be made.
pub(crate) const REPAIR_EVERY: TimeDelta = TimeDelta::days(7);

/// Dates, both included, on which nothing is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pause {
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
}

impl Pause {
    pub(crate) fn has(self, date: NaiveDate) -> bool {
        self.first <= date && date <= self.last
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// The dates that count, and what holds a streak besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) dates: BTreeSet<NaiveDate>,
    /// The missed dates that were made to count, each with when that was.
    pub(crate) repairs: BTreeMap<NaiveDate, DateTime<Utc>>,
    pub(crate) pauses: BTreeSet<Pause>,
    /// How many freezes were bought on which date.
    pub(crate) bought: BTreeMap<NaiveDate, u32>,
}

impl History {
    /// Whether `date` makes a streak longer.
    pub(super) fn counts(&self, date: NaiveDate) -> bool {
        self.dates.contains(&date) || self.repairs.contains_key(&date)
    }

    pub(crate) fn is_paused(&self, date: NaiveDate) -> bool {
        self.pauses.iter().any(|pause| pause.has(date))
    }

    /// The first and the last date that counts; none when nothing ever happened.
    pub(super) fn ends(&self) -> Option<(NaiveDate, NaiveDate)> {
        let (first, last) = (*self.dates.first()?, *self.dates.last()?);
        let repaired = |found: Option<(&NaiveDate, _)>| found.map(|(date, _)| *date);
        let first = repaired(self.repairs.first_key_value()).map_or(first, |date| date.min(first));
        let last = repaired(self.repairs.last_key_value()).map_or(last, |date| date.max(last));
        Some((first, last))
    }

    /// Whether the last repair is too recent for another one.
    pub(crate) fn was_repaired_lately(&self, now: DateTime<Utc>) -> bool {
        self.repairs.values().max().is_some_and(|made_at| now < *made_at + REPAIR_EVERY)
    }
}
