//! How what comes after differs from what came before.

use crate::distribution::{t_975, t_two_sided};
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{average, count, variance};

const MIN_PAIRS: usize = 10;

/// Pairs of values: one before something, and one after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    pub mean_before: f64,
    pub mean_after: f64,
    /// The mean of the values after minus the values before.
    pub difference: f64,
    /// The t interval with n − 1 degrees of freedom. Its width is 0 when every pair differs by the same.
    pub interval: Interval,
    /// How probable so large a difference is when there is none; `None` when every pair differs by the same.
    pub p: Option<f64>,
    /// Pairs.
    pub n: usize,
}

impl Statistic for Paired {
    const METHOD: &'static str = "Mean of the differences of pairs, the value after minus the value before, with a 95 % t interval with n − 1 degrees of freedom.";
    const REFERENCE: &'static str = "Student (1908). The probable error of a mean. Biometrika, 6, 1–25.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The mean difference of at least 10 pairs of values before and after.
pub fn paired(pairs: &[(f64, f64)]) -> Result<Paired, TooLittle> {
    Counted::Pairs.at_least(MIN_PAIRS, pairs.len())?;
    let differences: Vec<f64> = pairs.iter().map(|(before, after)| after - before).collect();
    let difference = average(differences.iter().copied());
    let degrees = count(pairs.len() - 1);
    let error = (variance(&differences) / count(pairs.len())).sqrt();
    Ok(Paired {
        mean_before: average(pairs.iter().map(|(before, _)| *before)),
        mean_after: average(pairs.iter().map(|(_, after)| *after)),
        difference,
        interval: Interval::around(difference, t_975(degrees) * error),
        p: (error > 0.0).then(|| t_two_sided(difference / error, degrees)),
        n: pairs.len(),
    })
}
