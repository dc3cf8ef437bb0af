//! Days far from what is usual.

use crate::order::median;
use crate::outcome::{Counted, Statistic, TooLittle};
use crate::series::{Daily, average, values};

const MIN_DAYS: usize = 14;
const THRESHOLD: f64 = 3.5;

/// The median absolute deviation of a normal distribution, in standard deviations.
const MEDIAN_DEVIATION: f64 = 0.6745;

/// How many mean absolute deviations of a normal distribution make its standard deviation.
const MEAN_DEVIATIONS: f64 = 1.253_314;

/// The days whose modified z score lies beyond 3.5.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomalies {
    pub days: Vec<Anomaly>,
    pub median: f64,
    /// By what the scores are scaled; `None` when every day has the same value, so that none is unusual.
    pub deviation: Option<Deviation>,
    /// Days with a value.
    pub n: usize,
}

/// A day that is unusual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anomaly {
    pub day: i32,
    pub value: f64,
    /// The modified z score, above 3.5 or below −3.5.
    pub score: f64,
}

/// The typical distance from the median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deviation {
    /// The median of the absolute deviations.
    Median(f64),
    /// Their mean, where more than half of the days have the median's value, so that the median deviation is 0.
    Mean(f64),
}

impl Statistic for Anomalies {
    const METHOD: &'static str = "Modified z score 0.6745(x − median)/MAD beyond 3.5; where MAD is 0, (x − median)/(1.253314 · mean absolute deviation).";
    const REFERENCE: &'static str =
        "Iglewicz, B. & Hoaglin, D. C. (1993). How to detect and handle outliers. ASQC Quality Press.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The unusual ones among at least 14 days.
pub fn anomalies(series: &[Daily]) -> Result<Anomalies, TooLittle> {
    Counted::Days.at_least(MIN_DAYS, series.len())?;
    let median_value = median(&mut values(series));
    let mut distances: Vec<f64> = series.iter().map(|daily| (daily.value - median_value).abs()).collect();
    let mean_distance = average(distances.iter().copied());
    let deviation = match median(&mut distances) {
        middle if middle > 0.0 => Some(Deviation::Median(middle)),
        _ => Some(Deviation::Mean(mean_distance)).filter(|_| mean_distance > 0.0),
    };
    let score = |daily: &Daily| match deviation {
        Some(Deviation::Median(middle)) => MEDIAN_DEVIATION * (daily.value - median_value) / middle,
        Some(Deviation::Mean(mean)) => (daily.value - median_value) / (MEAN_DEVIATIONS * mean),
        None => 0.0,
    };
    let scored =
        series.iter().map(|daily| Anomaly { day: daily.day, value: daily.value, score: score(daily) });
    let days = scored.filter(|day| day.score.abs() > THRESHOLD).collect();
    Ok(Anomalies { days, median: median_value, deviation, n: series.len() })
}
