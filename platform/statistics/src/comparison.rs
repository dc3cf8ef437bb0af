//! Two periods against each other.

use crate::correlation::{autocorrelation, effective_n};
use crate::distribution::{t_975, t_two_sided};
use crate::effect::Effect;
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{Daily, average, values, variance};

const MIN_DAYS: usize = 14;

/// How the mean of a period differs from that of the period before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    pub mean_before: f64,
    pub mean_after: f64,
    /// The later mean minus the earlier.
    pub difference: f64,
    /// Welch's interval of the difference, for the effective numbers of days.
    pub interval: Interval,
    /// Two-sided, of Welch's t; `None` when no day of either period differs from another.
    pub p: Option<f64>,
    /// Hedges' g of the later period against the earlier, for the effective numbers of days; `None` as `p`.
    pub effect: Option<Effect>,
    pub effective_n_before: f64,
    pub effective_n_after: f64,
    pub n_before: usize,
    pub n_after: usize,
}

impl Statistic for Comparison {
    const METHOD: &'static str = "Difference of the means of two periods with Welch's 95 % interval (Welch–Satterthwaite degrees of freedom) for n(1 − ρ)/(1 + ρ) independent days each, and Hedges' g.";
    const REFERENCE: &'static str = "Welch, B. L. (1947). The generalization of Student's problem when several different population variances are involved. Biometrika, 34, 28–35; Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. Journal of Educational Statistics, 6, 107–128.";

    fn n(&self) -> usize {
        self.n_before + self.n_after
    }
}

/// Compares two periods of at least 14 days each.
pub fn comparison(before: &[Daily], after: &[Daily]) -> Result<Comparison, TooLittle> {
    Counted::DaysBefore.at_least(MIN_DAYS, before.len())?;
    Counted::DaysAfter.at_least(MIN_DAYS, after.len())?;
    let worth = |series: &[Daily]| effective_n(series.len(), autocorrelation(series));
    let (worth_before, worth_after) = (worth(before), worth(after));
    let (values_before, values_after) = (values(before), values(after));
    let mean = |values: &[f64]| average(values.iter().copied());
    let difference = mean(&values_after) - mean(&values_before);
    let squared_errors = (variance(&values_before) / worth_before, variance(&values_after) / worth_after);
    let error = (squared_errors.0 + squared_errors.1).sqrt();
    let degrees = satterthwaite(squared_errors, (worth_before, worth_after));
    let half_width = if error > 0.0 { t_975(degrees) * error } else { 0.0 };
    Ok(Comparison {
        mean_before: mean(&values_before),
        mean_after: mean(&values_after),
        difference,
        interval: Interval::around(difference, half_width),
        p: (error > 0.0).then(|| t_two_sided(difference / error, degrees)),
        effect: Effect::between(&values_after, &values_before, (worth_after, worth_before)),
        effective_n_before: worth_before,
        effective_n_after: worth_after,
        n_before: before.len(),
        n_after: after.len(),
    })
}

/// In shares of the total, which neither under- nor overflow.
fn satterthwaite(squared_errors: (f64, f64), worth: (f64, f64)) -> f64 {
    let total = squared_errors.0 + squared_errors.1;
    let shares = (squared_errors.0 / total, squared_errors.1 / total);
    1.0 / (shares.0.powi(2) / (worth.0 - 1.0) + shares.1.powi(2) / (worth.1 - 1.0))
}
