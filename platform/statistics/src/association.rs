//! Whether days with a tag differ from days without.

use crate::effect::{Effect, cliffs_delta};
use crate::outcome::{Counted, Statistic, TooLittle};
use crate::permutation::{Chance, Permutation};
use crate::series::{Daily, average, count};

const MIN_A_GROUP: usize = 5;

/// Up to here every shift is looked at.
const MOST_SHIFTS: usize = 4_096;
const SAMPLED_SHIFTS: usize = 3_999;

/// What the rounding of sums may make of equal sums, as a share of them.
const ROUNDING: f64 = 1e-12;

/// Which day is compared: that of the tag, or the one after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lag {
    SameDay,
    /// The day after a day with the tag, against the day after a day without it; both days must have a value.
    NextDay,
}

/// Days with a tag against days without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Association {
    pub lag: Lag,
    pub mean_with: f64,
    pub mean_without: f64,
    /// The mean with the tag minus the mean without.
    pub difference: f64,
    /// Hedges' g; `None` when the values vary neither with the tag nor without.
    pub effect: Option<Effect>,
    /// Cliff's δ: how much more probable a day with the tag is above one without than below, −1 to 1.
    pub cliffs_delta: f64,
    /// Two-sided, over circular shifts of the tag against the days.
    pub p: Permutation,
    pub n_with: usize,
    pub n_without: usize,
}

impl Statistic for Association {
    const METHOD: &'static str = "Difference of the means of days with and without, Hedges' g with its 95 % interval, Cliff's δ, and a two-sided p over circular shifts of the tag against the days.";
    const REFERENCE: &'static str = "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. Journal of Educational Statistics, 6, 107–128; Cliff, N. (1993). Dominance statistics: ordinal analyses to answer ordinal questions. Psychological Bulletin, 114, 494–509.";

    fn n(&self) -> usize {
        self.n_with + self.n_without
    }
}

/// Compares the days of `series` that are in `tagged` (increasing) with those that aren't: at least 5 of each.
pub fn association(series: &[Daily], tagged: &[i32], lag: Lag) -> Result<Association, TooLittle> {
    let (values, tags) = compared(series, tagged, lag);
    let group = |wanted: bool| -> Vec<f64> {
        let of_group = values.iter().zip(&tags).filter(|(_, tag)| **tag == wanted);
        of_group.map(|(value, _)| *value).collect()
    };
    let (with, without) = (group(true), group(false));
    Counted::DaysWith.at_least(MIN_A_GROUP, with.len())?;
    Counted::DaysWithout.at_least(MIN_A_GROUP, without.len())?;
    let (mean_with, mean_without) = (average(with.iter().copied()), average(without.iter().copied()));
    Ok(Association {
        lag,
        mean_with,
        mean_without,
        difference: mean_with - mean_without,
        effect: Effect::between(&with, &without, (count(with.len()), count(without.len()))),
        cliffs_delta: cliffs_delta(&with, &without),
        p: shifted(&values, &tags),
        n_with: with.len(),
        n_without: without.len(),
    })
}

/// The values that are compared, in order of time, and whether the tag stands against each.
fn compared(series: &[Daily], tagged: &[i32], lag: Lag) -> (Vec<f64>, Vec<bool>) {
    let mut remaining = tagged.iter().peekable();
    let mut has_tag = |day: i32| {
        while remaining.next_if(|tagged| **tagged < day).is_some() {}
        remaining.peek().is_some_and(|tagged| **tagged == day)
    };
    match lag {
        Lag::SameDay => series.iter().map(|daily| (daily.value, has_tag(daily.day))).unzip(),
        Lag::NextDay => {
            let adjacent = series.windows(2).filter(|pair| pair[0].day.checked_add(1) == Some(pair[1].day));
            adjacent.map(|pair| (pair[1].value, has_tag(pair[0].day))).unzip()
        }
    }
}

/// How often a shift of the tag against the values, the last becoming the first, separates the means at least as far.
fn shifted(values: &[f64], tags: &[bool]) -> Permutation {
    let n = values.len();
    let mean = average(values.iter().copied());
    let twice: Vec<f64> = values.iter().chain(values).map(|value| value - mean).collect();
    // With the number of days with the tag fixed, the difference of means is a multiple of the sum over them.
    let places: Vec<usize> = (0..n).filter(|at| tags[*at]).collect();
    let sum = |shift: usize| -> f64 { places.iter().map(|at| twice[at + shift]).sum() };
    let tolerance = ROUNDING * twice[..n].iter().map(|value| value.abs()).sum::<f64>();
    let bound = sum(0).abs() - tolerance;
    if n <= MOST_SHIFTS {
        let mut sums = vec![0.0; n];
        for at in &places {
            sums.iter_mut().zip(&twice[*at..]).for_each(|(sum, value)| *sum += value);
        }
        Permutation::of_all(sums.iter().filter(|sum| sum.abs() >= bound).count(), n)
    } else {
        let mut chance = Chance::seeded();
        let sampled = (0..SAMPLED_SHIFTS).filter(|_| sum(chance.below(n)).abs() >= bound).count();
        Permutation::of_sample(sampled, SAMPLED_SHIFTS)
    }
}
