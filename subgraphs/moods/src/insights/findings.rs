//! What is found in somebody's days: a pure function of their series.
//!
//! People whose moods mean nothing are to be told nothing, so each kind of pattern has a share of one budget: together, the
//! chances of saying anything where there is nothing add up to a tenth at most, whatever is tracked. Within a kind,
//! the p-values are corrected for the tags, weekdays or parts of the day tested together. `docs/ANALYTICS.md` states what
//! simulations make of it.

mod associations;
mod days;
mod levels;
#[cfg(test)]
mod tests;

use ids::MoodId;

pub(crate) use self::associations::helpful;
use super::model::Finding;
use crate::analytics::{
    model::{Measure, Window},
    series::Series,
};

/// What is measured: the two ways in which moods differ. Valence would say what the score says, a second time.
pub(crate) const MEASURES: [Measure; 2] = [Measure::Score, Measure::Energy];

/// With fewer days of a measure nothing is looked for.
const MIN_DAYS: usize = 14;
/// How many insights somebody has at most.
const MAX_INSIGHTS: usize = 30;
/// How many entries an insight cites at most: the latest.
const MAX_CITED: usize = 1_000;

/// What may be said where there is nothing, of each kind of pattern. They add up to 0.10.
struct Budget;

impl Budget {
    /// Tags and associations, on the same day.
    const SAME_DAY: f64 = 0.03;
    /// The same, on the day after.
    const NEXT_DAY: f64 = 0.025;
    /// A trend, or a period against the one before.
    const LEVEL: f64 = 0.015;
    /// Weekdays.
    const WEEKDAY: f64 = 0.015;
    /// Parts of the day, or a rhythm.
    const WITHIN_DAY: f64 = 0.01;
    // A change of level and unusual days have no p-value: what they have to exceed leaves them 0.005 together.
}

/// The days of one measure.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) measure: Measure,
    pub(crate) window: Window,
    pub(crate) series: Series,
}

/// What the readings say, the surest first; nothing when they say nothing.
pub(crate) fn find(readings: &[Reading]) -> Vec<Finding> {
    let telling: Vec<&Reading> = readings.iter().filter(|one| one.series.daily.len() >= MIN_DAYS).collect();
    let share = share_of(telling.len());
    let mut findings: Vec<Finding> =
        telling.into_iter().flat_map(|reading| find_in(reading, share)).collect();
    // Ties keep the order of the kinds, so that the same days give the same list.
    findings.sort_by(|one, other| one.rank.total_cmp(&other.rank));
    findings.truncate(MAX_INSIGHTS);
    for finding in &mut findings {
        let older = finding.entries.len().saturating_sub(MAX_CITED);
        finding.entries.drain(..older);
    }
    findings
}

/// The part of the budget that each of so many measures has.
fn share_of(measures: usize) -> f64 {
    1.0 / f64::from(u32::try_from(measures.max(1)).unwrap_or(u32::MAX))
}

fn find_in(reading: &Reading, share: f64) -> Vec<Finding> {
    let found = [
        associations::find(reading, statistics::Lag::SameDay, Budget::SAME_DAY * share),
        associations::find(reading, statistics::Lag::NextDay, Budget::NEXT_DAY * share),
        days::level(reading, Budget::LEVEL * share),
        levels::weekdays(reading, Budget::WEEKDAY * share),
        levels::within_day(reading, Budget::WITHIN_DAY * share),
        days::unusual(reading),
    ];
    found.into_iter().flatten().collect()
}

impl Reading {
    /// The entries of the days that are asked for, in the order of time.
    fn entries_of(&self, mut wanted: impl FnMut(i32) -> bool) -> Vec<MoodId> {
        let days = self.series.entries.iter().filter(|(day, _)| wanted(**day));
        days.flat_map(|(_, entries)| entries.iter().copied()).collect()
    }
}
