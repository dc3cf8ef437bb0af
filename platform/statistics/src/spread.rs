//! How far days lie from their mean, and how far they could.

use crate::outcome::{Counted, Statistic, TooLittle};
use crate::series::{Daily, average, count, values, variance};

const MIN_DAYS: usize = 7;

/// The ends of the scale on which values are given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub min: f64,
    pub max: f64,
}

/// The standard deviation of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// With n − 1 in the denominator.
    pub standard_deviation: f64,
    /// Divided by the largest standard deviation that n values on the scale can have at this mean: 0 to 1. `None` when the
    /// mean is an end of the scale, where nothing can vary, or outside of it.
    pub relative: Option<f64>,
    pub mean: f64,
    /// Days with a value.
    pub n: usize,
}

impl Statistic for Spread {
    const METHOD: &'static str = "Standard deviation of the days' values (n − 1), and its share of the largest that is possible at this mean on a scale with ends.";
    const REFERENCE: &'static str = "Mestdagh, M., Pe, M., Pestman, W., Verdonck, S., Kuppens, P. & Tuerlinckx, F. (2018). Sidelining the mean: the relative variability index as a generic mean-corrected variability measure for bounded variables. Psychological Methods, 23, 690–707.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The standard deviation of at least 7 days, and the relative one on a scale with these ends.
pub fn spread(series: &[Daily], bounds: Bounds) -> Result<Spread, TooLittle> {
    Counted::Days.at_least(MIN_DAYS, series.len())?;
    let values = values(series);
    let mean = average(values.iter().copied());
    let standard_deviation = variance(&values).sqrt();
    let inside = values.iter().all(|value| (bounds.min..=bounds.max).contains(value));
    let largest = if inside { largest_variance(mean, values.len(), bounds).sqrt() } else { 0.0 };
    let relative = Some(standard_deviation / largest).filter(|share| share.is_finite() && largest > 0.0);
    Ok(Spread { standard_deviation, relative: relative.map(|share| share.min(1.0)), mean, n: values.len() })
}

/// The largest variance of n values with this mean: all but one lie at the ends, and that one makes the mean right.
fn largest_variance(mean: f64, n: usize, bounds: Bounds) -> f64 {
    let n = count(n);
    if mean <= bounds.min || mean >= bounds.max {
        return 0.0;
    }
    let at_max = (n * (mean - bounds.min) / (bounds.max - bounds.min)).floor().min(n - 1.0);
    let at_min = n - 1.0 - at_max;
    let between = n * mean - at_min * bounds.min - at_max * bounds.max;
    let squares = at_min * (mean - bounds.min).powi(2)
        + at_max * (mean - bounds.max).powi(2)
        + (mean - between).powi(2);
    squares / (n - 1.0)
}
