//! Tags and associations: days with them against days without.
//!
//! A circular shift of n days gives a p of 1/n at least, so that correcting each tag's p for there being many would leave
//! nothing to be found in a season. All tags are therefore tested together: at each shift the largest separation of any
//! tag counts, in that tag's own standard deviations, and a tag's adjusted p is the share of shifts at which that is as large as
//! its own (Westfall & Young's maxT). It is exact, allows for tags that go together, and is at most 1/n where it is
//! surest, however many tags there are.

use std::collections::BTreeSet;

use statistics::{Association, Daily, Lag, association};

use super::Reading;
use crate::{
    analytics::{model::Measure, series::Factor},
    insights::model::{Chance, FactorName, Finding, Means, Pattern, Range},
};

/// What is suggested may be less sure than what is said: among the tags tested together, a tenth.
const HELPFUL: f64 = 0.10;

/// What the rounding of sums may make of equal sums, as a share of them.
const ROUNDING: f64 = 1e-9;

/// Days in the order of time with what was tested on them.
struct Compared {
    values: Vec<f64>,
    /// The day whose tags count for each value.
    days: Vec<i32>,
}

/// The associations whose adjusted p is at most `level`.
pub(super) fn find(reading: &Reading, lag: Lag, level: f64) -> Vec<Finding> {
    let compared = Compared::of(&reading.series.daily, lag);
    let tested: Vec<(&Factor, Association)> = reading
        .series
        .factors
        .iter()
        .filter_map(|(factor, days)| {
            let days: Vec<i32> = days.days.iter().copied().collect();
            Some((factor, association(&reading.series.daily, &days, lag).ok()?))
        })
        .collect();
    let tags: Vec<Vec<usize>> =
        tested.iter().map(|(factor, _)| compared.places(&reading.series.factors[*factor].days)).collect();
    let adjusted = together(&compared.values, &tags);
    let found = tested.iter().zip(adjusted).filter(|(_, adjusted)| *adjusted <= level);
    found.filter_map(|((factor, found), adjusted)| finding(reading, factor, found, adjusted, level)).collect()
}

/// What goes with better days, for suggestions: the surest first. Of what goes with the same day and the next, the former.
pub(crate) fn helpful(readings: &[Reading]) -> Vec<Finding> {
    let scored = readings.iter().filter(|reading| reading.measure == Measure::Score);
    let found = scored.flat_map(|reading| {
        [Lag::SameDay, Lag::NextDay].into_iter().flat_map(|lag| find(reading, lag, HELPFUL))
    });
    let mut better: Vec<Finding> = Vec::new();
    for finding in found.filter(|finding| finding.pattern.effect() > 0.0) {
        if better.iter().all(|known| known.pattern.factor() != finding.pattern.factor()) {
            better.push(finding);
        }
    }
    better.sort_by(|one, other| one.rank.total_cmp(&other.rank));
    better
}

fn finding(
    reading: &Reading,
    factor: &Factor,
    found: &Association,
    adjusted: f64,
    level: f64,
) -> Option<Finding> {
    let effect = found.effect?;
    // The interval of g on the measure's own scale: g is the difference in pooled standard deviations.
    let unit = found.difference / effect.g;
    let scaled = [effect.interval.low * unit, effect.interval.high * unit];
    let days = &reading.series.factors.get(factor)?.days;
    let next_day = found.lag == Lag::NextDay;
    let cited = |day: i32| {
        let after =
            day.checked_sub(1).is_some_and(|before| days.contains(&before) && is_followed(reading, before));
        if next_day { after || days.contains(&day) && is_followed(reading, day) } else { days.contains(&day) }
    };
    let pattern = Pattern::Association {
        factor: FactorName::from(factor),
        next_day,
        means: Means {
            one: found.mean_with,
            other: found.mean_without,
            n_one: found.n_with,
            n_other: found.n_without,
        },
        range: Range { low: scaled[0], high: scaled[1] },
        g: effect.g,
        g_range: effect.interval.into(),
        chance: Chance { p: found.p.p, error: found.p.standard_error, adjusted: Some(adjusted) },
    };
    (unit.is_finite() && unit > 0.0).then(|| Finding {
        measure: reading.measure,
        window: reading.window,
        n: found.n_with + found.n_without,
        pattern,
        rank: adjusted / level,
        entries: reading.entries_of(cited),
    })
}

/// Whether the day has a value, and the one after it.
fn is_followed(reading: &Reading, day: i32) -> bool {
    let has_value = |day: i32| reading.series.entries.contains_key(&day);
    has_value(day) && day.checked_add(1).is_some_and(has_value)
}

impl Compared {
    fn of(daily: &[Daily], lag: Lag) -> Self {
        let (values, days) = match lag {
            Lag::SameDay => daily.iter().map(|daily| (daily.value, daily.day)).unzip(),
            Lag::NextDay => {
                let adjacent =
                    daily.windows(2).filter(|pair| pair[0].day.checked_add(1) == Some(pair[1].day));
                adjacent.map(|pair| (pair[1].value, pair[0].day)).unzip()
            }
        };
        Self { values, days }
    }

    /// Where the values stand that have the tag.
    fn places(&self, tagged: &BTreeSet<i32>) -> Vec<usize> {
        self.days.iter().enumerate().filter(|(_, day)| tagged.contains(day)).map(|(place, _)| place).collect()
    }
}

/// Each tag's p, adjusted for all of them: in the order of `tags`, which say where the values stand that have each.
fn together(values: &[f64], tags: &[Vec<usize>]) -> Vec<f64> {
    let n = values.len();
    if n == 0 {
        return vec![1.0; tags.len()];
    }
    let mean = values.iter().sum::<f64>() / count(n);
    let deviations: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let separations: Vec<Vec<f64>> = tags.iter().map(|places| separations(&deviations, places)).collect();
    let largest: Vec<f64> =
        (0..n).map(|shift| separations.iter().map(|of_tag| of_tag[shift]).fold(0.0, f64::max)).collect();
    let adjusted = |of_tag: &Vec<f64>| {
        let bound = of_tag[0] * (1.0 - ROUNDING);
        if bound > 0.0 { count(largest.iter().filter(|one| **one >= bound).count()) / count(n) } else { 1.0 }
    };
    separations.iter().map(adjusted).collect()
}

/// How far each shift of a tag separates the days, in standard deviations of that over all shifts.
fn separations(deviations: &[f64], places: &[usize]) -> Vec<f64> {
    let n = deviations.len();
    let sum = |shift: usize| places.iter().map(|place| deviations[(place + shift) % n]).sum::<f64>();
    // Over all shifts every deviation is counted equally often, so their mean is 0.
    let sums: Vec<f64> = (0..n).map(sum).collect();
    let deviation = (sums.iter().map(|sum| sum * sum).sum::<f64>() / count(n)).sqrt();
    sums.iter().map(|sum| if deviation > 0.0 { sum.abs() / deviation } else { 0.0 }).collect()
}

#[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_single_tag_has_the_p_of_its_own_shifts() {
        let value = |day: i32| f64::from((day * 37) % 11) / 10.0 + if day % 3 == 0 { 0.4 } else { 0.0 };
        let daily: Vec<Daily> = (0..60).map(|day| Daily { day, value: value(day) }).collect();
        let tagged: Vec<i32> = (0..60).filter(|day| day % 3 == 0 || day % 7 == 0).collect();
        let single = association(&daily, &tagged, Lag::SameDay).unwrap();
        let compared = Compared::of(&daily, Lag::SameDay);
        let adjusted = together(&compared.values, &[compared.places(&tagged.into_iter().collect())]);
        assert!((adjusted[0] - single.p.p).abs() < 1e-9, "{adjusted:?} instead of {}", single.p.p);
    }

    #[test]
    fn the_day_after_is_compared_where_both_days_have_a_value() {
        let daily = [1, 2, 4, 5, 6].map(|day| Daily { day, value: f64::from(day) });
        let compared = Compared::of(&daily, Lag::NextDay);
        assert_eq!((compared.days.clone(), compared.values.clone()), (vec![1, 4, 5], vec![2.0, 5.0, 6.0]));
        assert_eq!(compared.places(&[2, 4].into()), [1]);
    }

    proptest! {
        #[test]
        fn more_tags_never_make_one_surer(
            values in proptest::collection::vec(1_u8..=5, 30..60), has in proptest::collection::vec(any::<[bool; 3]>(), 60)
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let tags: Vec<Vec<usize>> =
                (0..3).map(|tag| (0..values.len()).filter(|place| has[*place][tag]).collect()).collect();
            let all = together(&values, &tags);
            for (tag, adjusted) in tags.iter().zip(all) {
                let alone = together(&values, std::slice::from_ref(tag))[0];
                prop_assert!(adjusted >= alone - 1e-12 && adjusted <= 1.0);
            }
        }
    }
}
