//! How much of a value is carried over to the next observation.

use crate::correlation::pearson;
use crate::distribution::NORMAL_975;
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{Observation, count, observed_pairs};

const MIN_PAIRS: usize = 30;

/// The correlation of an observation with the one before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inertia {
    /// Pearson's correlation, −1 to 1; `None` when the earlier or the later values are all the same.
    pub correlation: Option<f64>,
    /// Fisher's interval, which takes pairs for independent. `None` with the correlation, and at ±1.
    pub interval: Option<Interval>,
    /// Pairs of successive observations within a day or on adjacent days.
    pub n: usize,
}

impl Statistic for Inertia {
    const METHOD: &'static str = "Pearson's correlation of successive entries, over pairs within a day or on adjacent days, with Fisher's 95 % interval.";
    const REFERENCE: &'static str = "Kuppens, P., Allen, N. B. & Sheeber, L. B. (2010). Emotional inertia and psychological maladjustment. Psychological Science, 21, 984–991.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The inertia of at least 30 pairs.
pub fn inertia(series: &[Observation]) -> Result<Inertia, TooLittle> {
    let pairs = observed_pairs(series);
    Counted::Pairs.at_least(MIN_PAIRS, pairs.len())?;
    let correlation = pearson(&pairs);
    let interval = correlation.filter(|r| r.abs() < 1.0).map(|r| fisher(r, count(pairs.len())));
    Ok(Inertia { correlation, interval, n: pairs.len() })
}

fn fisher(correlation: f64, n: f64) -> Interval {
    let half_width = NORMAL_975 / (n - 3.0).sqrt();
    let center = correlation.atanh();
    Interval::between((center - half_width).tanh(), (center + half_width).tanh())
}
