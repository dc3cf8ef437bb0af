//! How probable a statistic is when what is tested is moved about at random: the p-values of permutation tests.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Seeds every sample, so that the same data gives the same p-value, in every run and on every machine.
const SEED: u64 = 0x6d6f_6f64_7320_3230;

/// The p-value of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permutation {
    /// The share of arrangements that are at least as extreme as the one observed, which is counted among them.
    pub p: f64,
    /// The Monte-Carlo error of `p`: √(p(1 − p)/arrangements) of a sample, 0 of all arrangements.
    pub standard_error: f64,
    /// Arrangements looked at, the observed one included. No p-value is below one divided by it.
    pub arrangements: usize,
    /// Whether these were all the arrangements that there are, not a sample.
    pub exact: bool,
}

impl Permutation {
    /// From every arrangement that there is.
    pub(crate) fn of_all(extreme: usize, arrangements: usize) -> Self {
        let p = crate::series::count(extreme) / crate::series::count(arrangements);
        Self { p, standard_error: 0.0, arrangements, exact: true }
    }

    /// From a sample of arrangements, to which the observed one is added (Phipson & Smyth 2010).
    pub(crate) fn of_sample(extreme: usize, sampled: usize) -> Self {
        let arrangements = sampled + 1;
        let all = Self::of_all(extreme + 1, arrangements);
        let standard_error = (all.p * (1.0 - all.p) / crate::series::count(arrangements)).sqrt();
        Self { standard_error, exact: false, ..all }
    }
}

/// A seeded source of chance.
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    pub(crate) fn seeded() -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(SEED))
    }

    /// A whole number below `bound`, which is below 2³². What multiplying favours is below `bound`/2³².
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (((self.0.next_u64() >> 32) * bound as u64) >> 32) as usize
    }

    /// Puts `values` into random order.
    pub(crate) fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}
