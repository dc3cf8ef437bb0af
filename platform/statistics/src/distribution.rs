//! Quantiles and tails of the distributions that tests refer to.

use statrs::distribution::{ContinuousCDF, FisherSnedecor, Normal, StudentsT};

/// The 97.5 % quantile of the standard normal distribution: half the width of a 95 % interval in standard errors.
pub(crate) const NORMAL_975: f64 = 1.959_963_984_540_054;

/// The 97.5 % quantile of Student's t.
pub(crate) fn t_975(degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

/// How probable a value at least this far from zero is under Student's t.
pub(crate) fn t_two_sided(value: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(1.0, |t| 2.0 * t.sf(value.abs()))
}

/// How probable a value at least this far from zero is under the standard normal distribution.
pub(crate) fn normal_two_sided(value: f64) -> f64 {
    2.0 * Normal::standard().sf(value.abs())
}

/// How probable a value at least this large is under the F distribution.
pub(crate) fn f_upper(value: f64, numerator: f64, denominator: f64) -> f64 {
    FisherSnedecor::new(numerator, denominator).map_or(1.0, |f| f.sf(value))
}
