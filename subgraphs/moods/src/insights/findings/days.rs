//! Whether the level of days moved, and which days are unusual.

use statistics::{ChangePoints, Daily, change_points};

use super::Reading;
use crate::{
    analytics::{
        model::Window,
        series::{date_of, day_number},
    },
    insights::model::{Chance, Finding, Means, Pattern, Range},
};

/// A change has to be this many of its standard errors: its day was chosen among all of them, and a season's days say little of how
/// much each is like the one before.
const SURE_CHANGE: f64 = 5.5;
/// A day is told of when its modified z score is beyond this.
const UNUSUAL: f64 = 5.0;
/// Of more unusual days, the latest are told of.
const MOST_UNUSUAL: usize = 3;
/// Half the width of a 95 % interval, in standard errors.
const NORMAL_975: f64 = 1.959_963_984_540_054;
/// What is compared with what came before, in days: whole weeks, so that weekdays don't matter.
const PERIOD: i32 = 28;

/// That the level changed, or else that it is heading somewhere, or else that it isn't what it was: one thing is said once.
pub(super) fn level(reading: &Reading, level: f64) -> Vec<Finding> {
    let changed = changes(reading);
    if !changed.is_empty() {
        return changed;
    }
    // Two looks at the same thing share what may be said where there is nothing.
    let found = trend(reading, level / 2.0).or_else(|| comparison(reading, level / 2.0));
    found.into_iter().collect()
}

fn changes(reading: &Reading) -> Vec<Finding> {
    let Ok(found) = change_points(&reading.series.daily) else { return Vec::new() };
    let between = found.changes.iter().zip(found.segments.windows(2));
    between
        .filter_map(|(change, segments)| {
            let (before, after) = (segments[0], segments[1]);
            let error = standard_error(&found, before.n, after.n);
            let sure = change.difference.abs() / error;
            let half = NORMAL_975 * error;
            let pattern = Pattern::Change {
                date: date_of(change.day),
                means: Means {
                    one: change.mean_after,
                    other: change.mean_before,
                    n_one: after.n,
                    n_other: before.n,
                },
                range: Range { low: change.difference - half, high: change.difference + half },
            };
            (sure.is_finite() && sure >= SURE_CHANGE).then(|| Finding {
                measure: reading.measure,
                window: reading.window,
                n: found.n,
                pattern,
                rank: SURE_CHANGE / sure,
                entries: reading.entries_of(|day| (before.first_day..=after.last_day).contains(&day)),
            })
        })
        .collect()
}

/// Of the difference between two levels, for days that are like the ones before.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
fn standard_error(found: &ChangePoints, before: usize, after: usize) -> f64 {
    let rho = found.autocorrelation;
    found.noise * ((1.0 + rho) / (1.0 - rho) * (1.0 / before as f64 + 1.0 / after as f64)).sqrt()
}

fn trend(reading: &Reading, level: f64) -> Option<Finding> {
    let found = statistics::trend(&reading.series.daily).ok()?;
    let p = found.p?;
    let sure = p <= level && !found.interval.contains(0.0);
    sure.then(|| Finding {
        measure: reading.measure,
        window: reading.window,
        n: found.n,
        pattern: Pattern::Trend {
            slope_per_30_days: found.slope_per_30_days,
            range: found.interval.into(),
            chance: Chance { p, error: 0.0, adjusted: None },
            span_days: found.span_days,
        },
        rank: p / level,
        entries: reading.entries_of(|_| true),
    })
}

fn comparison(reading: &Reading, level: f64) -> Option<Finding> {
    let last = day_number(reading.window.to);
    let (begin, middle) = (last - 2 * PERIOD + 1, last - PERIOD + 1);
    let between = |from: i32, to: i32| -> Vec<Daily> {
        let of_period = reading.series.daily.iter().filter(|daily| (from..to).contains(&daily.day));
        of_period.copied().collect()
    };
    let found = statistics::comparison(&between(begin, middle), &between(middle, last + 1)).ok()?;
    let p = found.p?;
    let sure = p <= level && !found.interval.contains(0.0);
    sure.then(|| Finding {
        measure: reading.measure,
        window: Window { from: date_of(middle), to: reading.window.to },
        n: found.n_before + found.n_after,
        pattern: Pattern::Comparison {
            before: Window { from: date_of(begin), to: date_of(middle - 1) },
            means: Means {
                one: found.mean_after,
                other: found.mean_before,
                n_one: found.n_after,
                n_other: found.n_before,
            },
            range: found.interval.into(),
            chance: Chance { p, error: 0.0, adjusted: None },
        },
        rank: p / level,
        entries: reading.entries_of(|day| day >= begin),
    })
}

/// The latest days far from what is usual, by a quarter of the scale at least.
pub(super) fn unusual(reading: &Reading) -> Vec<Finding> {
    let Ok(found) = statistics::anomalies(&reading.series.daily) else { return Vec::new() };
    let far = reading.measure.acute() / 2.0;
    let days = found.days.iter().rev();
    let told = days.filter(|day| day.score.abs() > UNUSUAL && (day.value - found.median).abs() >= far);
    told.take(MOST_UNUSUAL)
        .map(|day| Finding {
            measure: reading.measure,
            window: reading.window,
            n: found.n,
            pattern: Pattern::UnusualDay {
                date: date_of(day.day),
                value: day.value,
                median: found.median,
                score: day.score,
            },
            rank: UNUSUAL / day.score.abs(),
            entries: reading.entries_of(|other| other == day.day),
        })
        .collect()
}
