//! Days from which a level is another.

use crate::outcome::{Counted, Statistic, TooLittle};
use crate::series::{Daily, average, count, daily_pairs, values};

const MIN_DAYS: usize = 28;
const MIN_SEGMENT: usize = 7;
/// With fewer pairs of days an autocorrelation is noise.
const MIN_PAIRS: usize = 7;
/// What Zhang and Siegmund's modified criterion charges for each change, in ln n.
const PENALTY: f64 = 3.0;

/// A series of days cut where its level changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePoints {
    /// Each change, in order; none when one level explains all days well enough.
    pub changes: Vec<Change>,
    /// The stretches between them: one more than changes.
    pub segments: Vec<Segment>,
    /// The estimated standard deviation of the days about their level.
    pub noise: f64,
    /// The lag-1 autocorrelation that the penalty allows for.
    pub autocorrelation: f64,
    /// By how much a change must lower the sum of squares to be one.
    pub penalty: f64,
    /// Days with a value.
    pub n: usize,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first day of the new level.
    pub day: i32,
    pub mean_before: f64,
    pub mean_after: f64,
    /// `mean_after` minus `mean_before`.
    pub difference: f64,
}

/// Days of one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub first_day: i32,
    pub last_day: i32,
    pub mean: f64,
    /// Days with a value.
    pub n: usize,
}

impl Statistic for ChangePoints {
    const METHOD: &'static str = "PELT on the sum of squares (segments of at least 7 days) with the penalty 3σ² ln n (1 + ρ)/(1 − ρ), σ² and ρ from the mean squared differences over one day and over two.";
    const REFERENCE: &'static str = "Killick, R., Fearnhead, P. & Eckley, I. A. (2012). Optimal detection of changepoints with a linear computational cost. Journal of the American Statistical Association, 107, 1590–1598; Zhang, N. R. & Siegmund, D. O. (2007). A modified Bayes information criterion with applications to the analysis of comparative genomic hybridization data. Biometrics, 63, 22–32.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The changes of level in at least 28 days.
pub fn change_points(series: &[Daily]) -> Result<ChangePoints, TooLittle> {
    Counted::Days.at_least(MIN_DAYS, series.len())?;
    let values = values(series);
    let Noise { variance, autocorrelation } = Noise::of(series);
    let long_run_variance = variance * (1.0 + autocorrelation) / (1.0 - autocorrelation);
    let penalty = PENALTY * long_run_variance * count(values.len()).ln();
    let segments: Vec<Segment> =
        cut(&values, penalty).into_iter().map(|(from, to)| segment(&series[from..to])).collect();
    let change = |pair: &[Segment]| Change {
        day: pair[1].first_day,
        mean_before: pair[0].mean,
        mean_after: pair[1].mean,
        difference: pair[1].mean - pair[0].mean,
    };
    let changes = segments.windows(2).map(change).collect();
    Ok(ChangePoints { changes, segments, noise: variance.sqrt(), autocorrelation, penalty, n: values.len() })
}

/// How days scatter about their level, whatever the levels are.
struct Noise {
    variance: f64,
    autocorrelation: f64,
}

impl Noise {
    /// From mean squared differences over one day and over two, in which a change of level counts once or twice: for a
    /// first-order autoregression they are 2σ²(1 − ρ) and 2σ²(1 − ρ²).
    fn of(series: &[Daily]) -> Self {
        let over_one = daily_pairs(series, 1);
        let over_two = daily_pairs(series, 2);
        if over_one.len() < MIN_PAIRS || over_two.len() < MIN_PAIRS {
            // Too few days are adjacent: successive ones are taken for independent.
            let successive: Vec<_> = series.windows(2).map(|pair| (pair[0].value, pair[1].value)).collect();
            return Self { variance: mean_square(&successive) / 2.0, autocorrelation: 0.0 };
        }
        let (one, two) = (mean_square(&over_one), mean_square(&over_two));
        let n = count(over_one.len());
        let autocorrelation = if one > 0.0 { with_margin(two / one - 1.0, n) } else { 0.0 };
        Self { variance: one / 2.0 / (1.0 - autocorrelation), autocorrelation }
    }
}

/// Raised by (1 + 4ρ)/n, by which an autocorrelation about an estimated mean is too small (Marriott & Pope 1954), as a margin for
/// short series; clipped to 0 to 0.95.
fn with_margin(autocorrelation: f64, n: f64) -> f64 {
    ((n * autocorrelation + 1.0) / (n - 4.0)).clamp(0.0, 0.95)
}

fn mean_square(pairs: &[(f64, f64)]) -> f64 {
    average(pairs.iter().map(|(earlier, later)| (later - earlier).powi(2)))
}

fn segment(days: &[Daily]) -> Segment {
    let ends = days.first().zip(days.last()).map_or((0, 0), |(first, last)| (first.day, last.day));
    let mean = average(days.iter().map(|daily| daily.value));
    Segment { first_day: ends.0, last_day: ends.1, mean, n: days.len() }
}

/// The cut of `values` into stretches of at least `MIN_SEGMENT` with the least sum of squares plus `penalty` a stretch.
fn cut(values: &[f64], penalty: f64) -> Vec<(usize, usize)> {
    let n = values.len();
    let squares = Squares::of(values);
    let mut best = vec![f64::INFINITY; n + 1];
    let mut begins = vec![0; n + 1];
    best[0] = -penalty;
    let mut starts = Vec::new();
    for end in MIN_SEGMENT..=n {
        let newest = end - MIN_SEGMENT;
        if best[newest].is_finite() {
            starts.push(newest);
        }
        for start in &starts {
            let cost = best[*start] + squares.between(*start, end) + penalty;
            if cost < best[end] {
                (best[end], begins[end]) = (cost, *start);
            }
        }
        // A start that is no good for a stretch up to `newest` is none for any that ends from here on: cutting at `newest` is as
        // good, and a stretch from there is long enough.
        starts.retain(|start| {
            newest < start + MIN_SEGMENT || best[*start] + squares.between(*start, newest) <= best[newest]
        });
    }
    let mut cuts = Vec::new();
    let mut end = n;
    while end > 0 {
        cuts.push((begins[end], end));
        end = begins[end];
    }
    cuts.reverse();
    cuts
}

/// Sums that give the sum of squared deviations of any stretch at once.
struct Squares {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Squares {
    fn of(values: &[f64]) -> Self {
        let mean = average(values.iter().copied());
        let running = |term: fn(f64) -> f64| {
            let sums = values.iter().scan(0.0, |sum, value| {
                *sum += term(value - mean);
                Some(*sum)
            });
            std::iter::once(0.0).chain(sums).collect()
        };
        Self { sums: running(|value| value), squares: running(|value| value * value) }
    }

    fn between(&self, start: usize, end: usize) -> f64 {
        let sum = self.sums[end] - self.sums[start];
        (self.squares[end] - self.squares[start] - sum * sum / count(end - start)).max(0.0)
    }
}
