//! Whether weekdays, or parts of the day, differ.

use crate::adjustment::holm;
use crate::order::{doubled_ranks, ties};
use crate::outcome::{Counted, Statistic, TooLittle};
use crate::permutation::{Chance, Permutation};
use crate::series::{Daily, Observation, PartOfDay, average, count};

const MIN_A_LEVEL: usize = 4;
const MIN_LEVELS: usize = 3;

/// How many values are moved in all permutations together: it bounds the work on long series.
const MOVES: usize = 20_000_000;
const MOST_PERMUTATIONS: usize = 9_999;
const FEWEST_PERMUTATIONS: usize = 999;

/// What the rounding of sums may make of equal statistics, as a share of them.
const ROUNDING: f64 = 1e-12;

/// Levels against each other: the days of the week, or the parts of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels<L> {
    /// Those with at least four values, in order.
    pub levels: Vec<Level<L>>,
    /// The mean of the values at these levels.
    pub mean: f64,
    /// Kruskal and Wallis' H, corrected for ties; `None` when all values are the same.
    pub h: Option<f64>,
    /// That the levels differ at all; `None` with H.
    pub p: Option<Permutation>,
    /// Values at these levels: days, or entries.
    pub n: usize,
}

/// One level against the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level<L> {
    pub level: L,
    pub mean: f64,
    /// `mean` minus the mean of all levels.
    pub deviation: f64,
    /// That this level's mean rank differs from what is expected of it, by the same permutations; 1 when all values are the same.
    pub p: f64,
    /// `p` adjusted by Holm for the number of levels.
    pub adjusted_p: f64,
    pub n: usize,
}

impl<L> Statistic for Levels<L> {
    const METHOD: &'static str = "Deviation of each level's mean from the mean of all; Kruskal–Wallis H with a permutation p (weekdays: over whole days; parts of the day: within each day), and each level's mean rank with Holm's adjustment.";
    const REFERENCE: &'static str = "Kruskal, W. H. & Wallis, W. A. (1952). Use of ranks in one-criterion variance analysis. Journal of the American Statistical Association, 47, 583–621; Phipson, B. & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and Molecular Biology, 9, 39.";

    fn n(&self) -> usize {
        self.n
    }
}

/// Compares the days of the week, 0 being that of the day `a_monday`. Whole days are permuted.
pub fn weekday(series: &[Daily], a_monday: i32) -> Result<Levels<u8>, TooLittle> {
    let of =
        |day: i32| u8::try_from((i64::from(day) - i64::from(a_monday)).rem_euclid(7)).unwrap_or_default();
    let placed = series.iter().map(|daily| Placed { level: of(daily.day), block: 0, value: daily.value });
    levels(placed.collect())
}

/// Compares the parts of the day. Values are permuted within their day, so that good and bad days don't matter: days with
/// entries in one part only say nothing about the difference.
pub fn part_of_day(series: &[Observation]) -> Result<Levels<PartOfDay>, TooLittle> {
    let placed =
        series.iter().map(|one| Placed { level: PartOfDay::of(one.hour), block: one.day, value: one.value });
    levels(placed.collect())
}

/// A value at its level, and the block within which it may be permuted.
struct Placed<L> {
    level: L,
    block: i32,
    value: f64,
}

fn levels<L: Copy + Ord>(mut placed: Vec<Placed<L>>) -> Result<Levels<L>, TooLittle> {
    let mut names: Vec<L> = placed.iter().map(|one| one.level).collect();
    names.sort_unstable();
    let large = names.chunk_by(|a, b| a == b).filter(|group| group.len() >= MIN_A_LEVEL);
    let names: Vec<L> = large.map(|group| group[0]).collect();
    Counted::Levels.at_least(MIN_LEVELS, names.len())?;
    placed.retain(|one| names.binary_search(&one.level).is_ok());

    let mean = average(placed.iter().map(|one| one.value));
    let tested = Ranks::of(&placed, &names).test();
    let adjusted = holm(&tested.levels);
    let level = |(at, name): (usize, &L)| {
        let of_level: Vec<f64> =
            placed.iter().filter(|one| one.level == *name).map(|one| one.value).collect();
        let level_mean = average(of_level.iter().copied());
        Level {
            level: *name,
            mean: level_mean,
            deviation: level_mean - mean,
            p: tested.levels[at],
            adjusted_p: adjusted[at],
            n: of_level.len(),
        }
    };
    Ok(Levels {
        levels: names.iter().enumerate().map(level).collect(),
        mean,
        h: tested.h,
        p: tested.h.map(|_| tested.p),
        n: placed.len(),
    })
}

/// What the permutations say.
struct Tested {
    h: Option<f64>,
    p: Permutation,
    levels: Vec<f64>,
}

/// The doubled ranks of all values, with their levels, in blocks.
struct Ranks {
    ranks: Vec<u64>,
    levels: Vec<usize>,
    /// How many values each block holds.
    blocks: Vec<usize>,
    sizes: Vec<f64>,
    /// What H is divided by because of ties; 0 when all values are the same.
    tie_correction: f64,
}

impl Ranks {
    fn of<L: Copy + Ord>(placed: &[Placed<L>], names: &[L]) -> Self {
        let values: Vec<f64> = placed.iter().map(|one| one.value).collect();
        let levels: Vec<usize> =
            placed.iter().map(|one| names.binary_search(&one.level).unwrap_or_default()).collect();
        let mut sizes = vec![0.0; names.len()];
        for level in &levels {
            sizes[*level] += 1.0;
        }
        let blocks = placed.chunk_by(|a, b| a.block == b.block).map(<[_]>::len).collect();
        let n = count(values.len());
        let tied: f64 = ties(&values).iter().map(|k| k * (k * k - 1.0)).sum();
        let tie_correction = 1.0 - tied / (n * (n * n - 1.0));
        Self { ranks: doubled_ranks(&values), levels, blocks, sizes, tie_correction }
    }

    fn test(&self) -> Tested {
        let observed = self.sums(&self.ranks);
        let expected = self.expected();
        let distances = |sums: &[f64]| -> Vec<f64> {
            sums.iter().zip(&expected).map(|(sum, expected)| (sum - expected).abs()).collect()
        };
        let (between, away) = (self.between(&observed), distances(&observed));
        let mut extreme = 0;
        let mut extreme_levels = vec![0; self.sizes.len()];
        let permutations = (MOVES / self.ranks.len()).clamp(FEWEST_PERMUTATIONS, MOST_PERMUTATIONS);
        let mut chance = Chance::seeded();
        let mut ranks = self.ranks.clone();
        for _ in 0..permutations {
            self.permute(&mut ranks, &mut chance);
            let sums = self.sums(&ranks);
            extreme += usize::from(self.between(&sums) >= between * (1.0 - ROUNDING));
            for (at, distance) in distances(&sums).into_iter().enumerate() {
                extreme_levels[at] += usize::from(distance >= away[at] - expected[at] * ROUNDING);
            }
        }
        let p = |extreme: &usize| Permutation::of_sample(*extreme, permutations);
        Tested {
            h: (self.tie_correction > 0.0).then(|| self.h(between)),
            p: p(&extreme),
            levels: extreme_levels.iter().map(|extreme| p(extreme).p).collect(),
        }
    }

    fn permute(&self, ranks: &mut [u64], chance: &mut Chance) {
        let mut rest = ranks;
        for size in &self.blocks {
            let (block, after) = rest.split_at_mut(*size);
            chance.shuffle(block);
            rest = after;
        }
    }

    /// The sum of each level's doubled ranks.
    #[expect(clippy::cast_precision_loss, reason = "sums of ranks are below 2⁵³")]
    fn sums(&self, ranks: &[u64]) -> Vec<f64> {
        let mut sums = vec![0_u64; self.sizes.len()];
        for (rank, level) in ranks.iter().zip(&self.levels) {
            sums[*level] += rank;
        }
        sums.into_iter().map(|sum| sum as f64).collect()
    }

    /// The mean of `sums` over all permutations: each value counts as the mean of its block.
    #[expect(clippy::cast_precision_loss, reason = "sums of ranks are below 2⁵³")]
    fn expected(&self) -> Vec<f64> {
        let mut expected = vec![0.0; self.sizes.len()];
        let mut start = 0;
        for size in &self.blocks {
            let block = start..start + size;
            let mean = self.ranks[block.clone()].iter().sum::<u64>() as f64 / count(*size);
            for level in &self.levels[block] {
                expected[*level] += mean;
            }
            start += size;
        }
        expected
    }

    /// What of H permutations change.
    fn between(&self, sums: &[f64]) -> f64 {
        sums.iter().zip(&self.sizes).map(|(sum, size)| sum * sum / size).sum()
    }

    fn h(&self, between: f64) -> f64 {
        let n = count(self.ranks.len());
        // Ranks are doubled, so their squares are four times too large.
        (3.0 * between / (n * (n + 1.0)) - 3.0 * (n + 1.0)) / self.tie_correction
    }
}
