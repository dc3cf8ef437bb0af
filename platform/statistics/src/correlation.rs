//! Pearson's correlation, the autocorrelation of days, and how many independent days a series is worth.

use crate::order::is_constant;
use crate::series::{Daily, average, count, daily_pairs};

/// Below this many adjacent pairs an autocorrelation is noise, and is taken for 0.
const MIN_PAIRS: usize = 7;

/// Pearson's correlation; `None` when one side doesn't vary.
pub(crate) fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let (left, right): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    if left.len() < 2 || is_constant(&left) || is_constant(&right) {
        return None;
    }
    let (left, right) = (normed(&left), normed(&right));
    let product: f64 = left.iter().zip(&right).map(|(x, y)| x * y).sum();
    product.is_finite().then(|| product.clamp(-1.0, 1.0))
}

/// Deviations from the mean, scaled to length one; by the largest first, so that no square under- or overflows.
fn normed(values: &[f64]) -> Vec<f64> {
    let mean = average(values.iter().copied());
    let largest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    let scaled: Vec<f64> = values.iter().map(|value| (value - mean) / largest).collect();
    let length = scaled.iter().map(|value| value * value).sum::<f64>().sqrt();
    scaled.iter().map(|value| value / length).collect()
}

/// The correlation of each day with the next, over pairs of adjacent days, clipped at 0 from below.
pub(crate) fn autocorrelation(series: &[Daily]) -> f64 {
    let pairs = daily_pairs(series, 1);
    if pairs.len() < MIN_PAIRS { 0.0 } else { pearson(&pairs).unwrap_or(0.0).max(0.0) }
}

/// n(1 − ρ)/(1 + ρ), but no fewer than two: how many independent days carry as much about the mean.
pub(crate) fn effective_n(n: usize, autocorrelation: f64) -> f64 {
    (count(n) * (1.0 - autocorrelation) / (1.0 + autocorrelation)).max(2.0)
}
