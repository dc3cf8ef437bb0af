//! The mean of days, with the interval that autocorrelated days allow.

use crate::correlation::{autocorrelation, effective_n};
use crate::distribution::t_975;
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{Daily, average, values, variance};

const MIN_DAYS: usize = 14;

/// The mean of a series of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    pub mean: f64,
    /// The t interval with `effective_n` − 1 degrees of freedom. Its width is 0 when every day has the same value.
    pub interval: Interval,
    /// The standard deviation of the days divided by √`effective_n`.
    pub standard_error: f64,
    /// Pearson's correlation of adjacent days, clipped at 0 from below.
    pub autocorrelation: f64,
    /// How many independent days carry as much about the mean; at least 2.
    pub effective_n: f64,
    /// Days with a value.
    pub n: usize,
}

impl Statistic for Mean {
    const METHOD: &'static str = "Mean of the days' values with a 95 % t interval for n(1 − ρ)/(1 + ρ) independent days, ρ being the lag-1 autocorrelation of adjacent days.";
    const REFERENCE: &'static str = "Bayley, G. V. & Hammersley, J. M. (1946). The effective number of independent observations in an autocorrelated time series. Supplement to the Journal of the Royal Statistical Society, 8, 184–197.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The mean of at least 14 days, with its interval.
pub fn mean(series: &[Daily]) -> Result<Mean, TooLittle> {
    Counted::Days.at_least(MIN_DAYS, series.len())?;
    let values = values(series);
    let mean = average(values.iter().copied());
    let autocorrelation = autocorrelation(series);
    let effective_n = effective_n(values.len(), autocorrelation);
    let standard_error = (variance(&values) / effective_n).sqrt();
    let interval = Interval::around(mean, t_975(effective_n - 1.0) * standard_error);
    Ok(Mean { mean, interval, standard_error, autocorrelation, effective_n, n: values.len() })
}
