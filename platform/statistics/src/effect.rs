//! How large a difference between two groups is, whatever its unit.

use crate::distribution::NORMAL_975;
use crate::order::doubled_ranks;
use crate::outcome::Interval;
use crate::series::{average, count, squares};

/// A standardised difference of two means, Hedges' g.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// In standard deviations, pooled over both groups and corrected for small samples.
    pub g: f64,
    pub interval: Interval,
}

impl Effect {
    /// Of the first group against the second, which count for as many independent values as `worth` says; `None` when neither
    /// group varies.
    pub(crate) fn between(first: &[f64], second: &[f64], worth: (f64, f64)) -> Option<Self> {
        let difference = average(first.iter().copied()) - average(second.iter().copied());
        let degrees = |values: &[f64]| count(values.len() - 1);
        let variance = |values: &[f64]| squares(values) / degrees(values);
        let pooled = ((worth.0 - 1.0) * variance(first) + (worth.1 - 1.0) * variance(second))
            / (worth.0 + worth.1 - 2.0);
        let n = worth.0 + worth.1;
        let g = (1.0 - 3.0 / (4.0 * n - 9.0)) * difference / pooled.sqrt();
        let variance = n / (worth.0 * worth.1) + g * g / (2.0 * (n - 3.94));
        let effect = Self { g, interval: Interval::around(g, NORMAL_975 * variance.sqrt()) };
        (effect.interval.low.is_finite() && effect.interval.high.is_finite()).then_some(effect)
    }
}

/// Cliff's δ: how much more probable it is that a value of the first group is above one of the second than below it, −1 to 1.
pub(crate) fn cliffs_delta(first: &[f64], second: &[f64]) -> f64 {
    let together = [first, second].concat();
    let ranks: u64 = doubled_ranks(&together)[..first.len()].iter().sum();
    let (one, other) = (first.len() as u64, second.len() as u64);
    // Twice the Mann–Whitney U of the first group: the pairs that it wins, ties counted as half.
    let wins = ranks - one * (one + 1);
    #[expect(clippy::cast_precision_loss, reason = "below 2⁵³ for any series")]
    let delta = wins as f64 / (one * other) as f64 - 1.0;
    delta
}
