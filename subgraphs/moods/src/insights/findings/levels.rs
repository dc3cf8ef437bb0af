//! Weekdays and parts of the day against each other, and the rhythm of a day.

use ids::MoodId;
use statistics::{Level, PartOfDay, Permutation};

use super::Reading;
use crate::insights::model::{Chance, Finding, Pattern};

/// The first day of the calendar that days are counted in was a Monday.
const A_MONDAY: i32 = 1;
/// When parts of the day are known to differ, which of them do.
const SINGLE_PART: f64 = 0.05;
/// A rhythm is fitted to entries as if they were independent; it has to be surer than they are.
const RHYTHM: f64 = 0.001;

/// The weekdays that differ, each adjusted for there being seven.
pub(super) fn weekdays(reading: &Reading, level: f64) -> Vec<Finding> {
    let Ok(found) = statistics::weekday(&reading.series.daily, A_MONDAY) else { return Vec::new() };
    let Some(overall) = found.p else { return Vec::new() };
    let sure = found.levels.iter().filter(|of_day| of_day.adjusted_p <= level);
    sure.map(|of_day| {
        let is_this = |day: i32| (day - A_MONDAY).rem_euclid(7) == i32::from(of_day.level);
        Finding {
            measure: reading.measure,
            window: reading.window,
            n: found.n,
            pattern: Pattern::Weekday {
                weekday: of_day.level,
                mean: of_day.mean,
                deviation: of_day.deviation,
                chance: chance(of_day, overall),
                n: of_day.n,
            },
            rank: of_day.adjusted_p / level,
            entries: reading.entries_of(is_this),
        }
    })
    .collect()
}

/// The parts of the day that differ; the rhythm, when no single part does.
pub(super) fn within_day(reading: &Reading, level: f64) -> Vec<Finding> {
    let Ok(found) = statistics::part_of_day(&reading.series.observations) else { return Vec::new() };
    let Some(overall) = found.p.filter(|overall| overall.p <= level) else { return Vec::new() };
    let sure = found.levels.iter().filter(|part| part.adjusted_p <= SINGLE_PART);
    let parts: Vec<Finding> = sure
        .map(|part| Finding {
            measure: reading.measure,
            window: reading.window,
            n: found.n,
            pattern: Pattern::PartOfDay {
                part: number(part.level),
                mean: part.mean,
                deviation: part.deviation,
                chance: chance(part, overall),
                n: part.n,
            },
            rank: overall.p / level,
            entries: moments(reading, |hour| PartOfDay::of(hour) == part.level),
        })
        .collect();
    if parts.is_empty() { rhythm(reading, overall, level).into_iter().collect() } else { parts }
}

fn rhythm(reading: &Reading, overall: Permutation, level: f64) -> Option<Finding> {
    let found = statistics::rhythm(&reading.series.observations).ok()?;
    let (p, peak_hour) = found.p.zip(found.peak_hour).filter(|(p, _)| *p <= RHYTHM)?;
    Some(Finding {
        measure: reading.measure,
        window: reading.window,
        n: found.n,
        pattern: Pattern::Rhythm {
            amplitude: found.amplitude,
            peak_hour,
            chance: Chance { p, error: 0.0, adjusted: None },
        },
        rank: overall.p / level,
        entries: moments(reading, |_| true),
    })
}

/// A level's p by the permutations of all, with what sampling them adds to it.
#[expect(clippy::cast_precision_loss, reason = "arrangements are far below 2^53")]
fn chance<L>(level: &Level<L>, overall: Permutation) -> Chance {
    let error = (level.p * (1.0 - level.p) / overall.arrangements as f64).sqrt();
    Chance { p: level.p, error: if overall.exact { 0.0 } else { error }, adjusted: Some(level.adjusted_p) }
}

/// The entries about moments of the hours that are asked for.
fn moments(reading: &Reading, wanted: impl Fn(f64) -> bool) -> Vec<MoodId> {
    let of_moments = reading.series.observations.iter().zip(&reading.series.moments);
    of_moments.filter(|(observation, _)| wanted(observation.hour)).map(|(_, id)| *id).collect()
}

fn number(part: PartOfDay) -> u8 {
    match part {
        PartOfDay::Night => 0,
        PartOfDay::Morning => 1,
        PartOfDay::Afternoon => 2,
        PartOfDay::Evening => 3,
    }
}
