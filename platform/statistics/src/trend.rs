//! Where a series of days is heading.

use crate::correlation::autocorrelation;
use crate::distribution::{NORMAL_975, normal_two_sided};
use crate::order::{median, ties};
use crate::outcome::{Counted, Interval, Statistic, TooLittle};
use crate::series::{Daily, count};

const MIN_DAYS: usize = 14;
const MIN_SPAN: usize = 21;
const DAYS_OF_SLOPE: f64 = 30.0;

/// A monotone trend over days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The Theil–Sen slope: the median of the slopes between all pairs of days, times 30.
    pub slope_per_30_days: f64,
    /// Sen's interval of that slope, widened for autocorrelation.
    pub interval: Interval,
    /// Kendall's τ-b of value and day, −1 to 1; `None` when every day has the same value.
    pub tau: Option<f64>,
    /// The two-sided p of τ (normal approximation with ties), its variance inflated for autocorrelation. `None` with τ.
    pub p: Option<f64>,
    /// The lag-1 autocorrelation of what the trend leaves over, clipped at 0 from below.
    pub autocorrelation: f64,
    /// Days with a value.
    pub n: usize,
    /// Days from the first to the last, both included.
    pub span_days: usize,
}

impl Statistic for Trend {
    const METHOD: &'static str = "Theil–Sen slope per 30 days with Sen's 95 % interval, and Kendall's τ-b; both with the variance of S times (1 + ρ)/(1 − ρ), ρ being the lag-1 autocorrelation of the detrended days.";
    const REFERENCE: &'static str = "Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau. Journal of the American Statistical Association, 63, 1379–1389; Yue, S. & Wang, C. (2004). The Mann–Kendall test modified by effective sample size to detect trend in serially correlated hydrological series. Water Resources Management, 18, 201–218.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The trend of at least 14 days that span at least 21.
pub fn trend(series: &[Daily]) -> Result<Trend, TooLittle> {
    Counted::Days.at_least(MIN_DAYS, series.len())?;
    let span_days = span(series);
    Counted::SpanDays.at_least(MIN_SPAN, span_days)?;
    let mut slopes = slopes(series);
    let slope = median(&mut slopes);
    let autocorrelation = autocorrelation(&without_slope(series, slope));
    let inflation = (1.0 + autocorrelation) / (1.0 - autocorrelation).max(f64::EPSILON);
    let score = Score::of(series);
    let deviation = (score.variance * inflation).sqrt();
    let interval = sen(&mut slopes, deviation);
    Ok(Trend {
        slope_per_30_days: slope * DAYS_OF_SLOPE,
        interval: Interval::between(interval.0 * DAYS_OF_SLOPE, interval.1 * DAYS_OF_SLOPE),
        tau: score.tau,
        p: score.tau.map(|_| normal_two_sided(score.s / deviation)),
        autocorrelation,
        n: series.len(),
        span_days,
    })
}

fn span(series: &[Daily]) -> usize {
    let ends = series.first().zip(series.last());
    ends.map_or(0, |(first, last)| last.day.abs_diff(first.day) as usize + 1)
}

fn slopes(series: &[Daily]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(series.len() * (series.len() - 1) / 2);
    for (at, earlier) in series.iter().enumerate() {
        let to =
            |later: &Daily| (later.value - earlier.value) / (f64::from(later.day) - f64::from(earlier.day));
        slopes.extend(series[at + 1..].iter().map(to));
    }
    slopes
}

fn without_slope(series: &[Daily], slope: f64) -> Vec<Daily> {
    let first = series.first().map_or(0.0, |daily| f64::from(daily.day));
    let level = |daily: &Daily| daily.value - slope * (f64::from(daily.day) - first);
    series.iter().map(|daily| Daily { day: daily.day, value: level(daily) }).collect()
}

/// The slopes between which the true one lies, by ranks that lie as far from the middle as S does at 95 %.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the slopes that there are"
)]
fn sen(slopes: &mut [f64], deviation: f64) -> (f64, f64) {
    let n = count(slopes.len());
    let reach = NORMAL_975 * deviation;
    let low = (((n - reach) / 2.0).round_ties_even() - 1.0).clamp(0.0, n - 1.0);
    let high = f64::midpoint(n, reach).round_ties_even().clamp(0.0, n - 1.0);
    let mut at = |rank: f64| *slopes.select_nth_unstable_by(rank as usize, f64::total_cmp).1;
    (at(low), at(high))
}

/// Kendall's S, its variance when days are independent, and τ-b.
struct Score {
    s: f64,
    variance: f64,
    tau: Option<f64>,
}

impl Score {
    fn of(series: &[Daily]) -> Self {
        let mut values: Vec<f64> = series.iter().map(|daily| daily.value).collect();
        let n = count(values.len());
        let ties = ties(&values);
        let tied_pairs: f64 = ties.iter().map(|k| k * (k - 1.0) / 2.0).sum();
        let tied_variance: f64 = ties.iter().map(|k| k * (k - 1.0) * (2.0 * k + 5.0)).sum();
        let pairs = n * (n - 1.0) / 2.0;
        let s = pairs - tied_pairs - 2.0 * count(inversions(&mut values));
        let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - tied_variance) / 18.0;
        let tau = (tied_pairs < pairs).then(|| s / (pairs * (pairs - tied_pairs)).sqrt());
        Self { s, variance, tau }
    }
}

/// How many pairs are in falling order (Knight 1966): counted while `values` is merge-sorted.
fn inversions(values: &mut [f64]) -> usize {
    let mut merged = values.to_vec();
    let mut inverted = 0;
    let mut width = 1;
    while width < values.len() {
        for (run, out) in values.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            inverted += merge(run.split_at(width.min(run.len())), out);
        }
        values.copy_from_slice(&merged);
        width *= 2;
    }
    inverted
}

fn merge((left, right): (&[f64], &[f64]), out: &mut [f64]) -> usize {
    let (mut from_left, mut from_right, mut inverted) = (0, 0, 0);
    for slot in out {
        let take_right =
            from_right < right.len() && (from_left == left.len() || right[from_right] < left[from_left]);
        if take_right {
            *slot = right[from_right];
            from_right += 1;
            inverted += left.len() - from_left;
        } else {
            *slot = left[from_left];
            from_left += 1;
        }
    }
    inverted
}
