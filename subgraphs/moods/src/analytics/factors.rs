//! Days with a tag or an association against days without: every factor tested, and corrected for there being many.

use statistics::{Association, Lag, TooLittle, association, benjamini_hochberg};

use super::series::{Factor, Series};

/// Among what is at most this, a share of at most this is expected to be wrong.
pub(crate) const SIGNIFICANT_Q: f64 = 0.10;

/// A factor that was tested.
#[derive(Debug, Clone)]
pub(crate) struct Tested {
    pub(crate) factor: Factor,
    pub(crate) association: Association,
    /// `p` adjusted by Benjamini and Hochberg for all factors tested with it.
    pub(crate) q: f64,
}

/// What came of the factors of a series.
#[derive(Debug, Clone, Default)]
pub(crate) struct Factors {
    /// The surest first.
    pub(crate) tested: Vec<Tested>,
    pub(crate) lacking: Vec<(Factor, TooLittle)>,
}

impl Tested {
    pub(crate) fn is_significant(&self) -> bool {
        self.q <= SIGNIFICANT_Q
    }
}

/// Tests each factor of the series with this lag.
pub(crate) fn test(series: &Series, lag: Lag) -> Factors {
    let mut factors = Factors::default();
    for (factor, days) in &series.factors {
        let days: Vec<i32> = days.days.iter().copied().collect();
        match association(&series.daily, &days, lag) {
            Ok(association) => factors.tested.push(Tested { factor: factor.clone(), association, q: 1.0 }),
            Err(too_little) => factors.lacking.push((factor.clone(), too_little)),
        }
    }
    let p: Vec<f64> = factors.tested.iter().map(|tested| tested.association.p.p).collect();
    for (tested, q) in factors.tested.iter_mut().zip(benjamini_hochberg(&p)) {
        tested.q = q;
    }
    factors.tested.sort_by(|one, other| {
        let by_q = one.q.total_cmp(&other.q);
        let by_size = other.association.difference.abs().total_cmp(&one.association.difference.abs());
        by_q.then(by_size).then_with(|| one.factor.cmp(&other.factor))
    });
    factors
}

#[cfg(test)]
mod tests {
    use statistics::{Counted, Daily};

    use super::*;
    use crate::analytics::series::Days;

    /// Sixty days, every third of which is better and has tea; milk comes every other day, coffee once.
    fn series() -> Series {
        let noise = |day: i32| f64::from((day * 7_919) % 13) / 26.0;
        let tea = |day: i32| day % 3 == 0;
        let value = |day: i32| 3.0 + noise(day) + if tea(day) { 1.0 } else { 0.0 };
        let days = |has: &dyn Fn(i32) -> bool| Days {
            days: (0..60).filter(|day| has(*day)).collect(),
            entries: Vec::new(),
        };
        let tag = |name: &str| Factor::Tag(name.to_owned());
        Series {
            daily: (0..60).map(|day| Daily { day, value: value(day) }).collect(),
            factors: [
                (tag("tea"), days(&tea)),
                (tag("milk"), days(&|day| day % 2 == 0)),
                (tag("coffee"), days(&|day| day == 7)),
            ]
            .into(),
            ..Series::default()
        }
    }

    #[test]
    fn what_matters_comes_first_and_what_does_not_is_not_significant() {
        let factors = test(&series(), Lag::SameDay);
        let found: Vec<_> =
            factors.tested.iter().map(|tested| (tested.factor.clone(), tested.is_significant())).collect();
        assert_eq!(found[0].0, Factor::Tag("tea".to_owned()));
        assert!(!found[1].1, "{found:?}");
    }

    #[test]
    fn a_factor_of_too_few_days_is_said_to_be_one() {
        let factors = test(&series(), Lag::SameDay);
        let expected = TooLittle { have: 1, need: 5, counted: Counted::DaysWith };
        assert_eq!(factors.lacking, [(Factor::Tag("coffee".to_owned()), expected)]);
    }
}
