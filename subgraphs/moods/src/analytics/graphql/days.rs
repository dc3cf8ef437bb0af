//! What days say.

use async_graphql::SimpleObject;
use graphql::LocalDate;
use statistics::Deviation;

use super::basis::{Basis, MoodEffect, MoodInterval, MoodWindow, Outcome, on, outcome, statistic, whole};
use crate::analytics::{Analysis, series::date_of};

statistic! {
    /// The mean of days.
    MoodMean {
        /// On the measure's own scale.
        mean: f64,
        /// Its 95 % interval, which allows for days that are like the ones before.
        interval: MoodInterval,
        /// The standard error of the mean.
        standard_error: f64,
        /// How much each day is like the one before: the lag-1 autocorrelation, 0 to 1.
        autocorrelation: f64,
        /// How many independent days say as much.
        effective_n: f64,
    }
}
outcome! {
    /// The mean, unless there are fewer than 14 days.
    MoodMeanResult = MoodMean
}

statistic! {
    /// How far days lie from their mean.
    MoodSpread {
        /// The standard deviation, on the measure's own scale.
        standard_deviation: f64,
        /// Its share of the largest that is possible at that mean, 0 to 1; null when the mean is an end of the scale.
        relative: Option<f64>,
    }
}
outcome! {
    /// The standard deviation, unless there are fewer than 7 days.
    MoodSpreadResult = MoodSpread
}

statistic! {
    /// Where days are heading.
    MoodTrend {
        /// Points of the measure in 30 days: the Theil–Sen slope.
        slope_per_30_days: f64,
        /// Its 95 % interval.
        interval: MoodInterval,
        /// Kendall's τ-b of value and day, −1 to 1; null when every day has the same value.
        tau: Option<f64>,
        /// How probable so large a τ is without a trend; null with τ.
        p: Option<f64>,
        /// How much each day, the trend taken out, is like the one before, 0 to 1.
        autocorrelation: f64,
        /// Days from the first with a value to the last.
        span_days: i32,
    }
}
outcome! {
    /// The trend, unless there are fewer than 14 days, or they span fewer than 21.
    MoodTrendResult = MoodTrend
}

/// A day from which the level is another.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodChange {
    /// The first day of the new level.
    date: LocalDate,
    /// The level before.
    mean_before: f64,
    /// The level from then on.
    mean_after: f64,
    /// The level from then on minus the level before.
    difference: f64,
}

/// Days of one level.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodSegment {
    /// The first day.
    from: LocalDate,
    /// The last day.
    to: LocalDate,
    /// The level: the mean of its days.
    mean: f64,
    /// Days with a value.
    n: i32,
}

statistic! {
    /// Where the level of days changes.
    MoodChangePoints {
        /// Each change, in order; none when one level explains all days well enough.
        changes: Vec<MoodChange>,
        /// The stretches between them: one more than changes.
        segments: Vec<MoodSegment>,
        /// The standard deviation of days about their level.
        noise: f64,
        /// How much each day is like the one before, 0 to 1.
        autocorrelation: f64,
        /// By how much a change lowers the sum of squares at least.
        penalty: f64,
    }
}
outcome! {
    /// The changes, unless there are fewer than 28 days.
    MoodChangePointsResult = MoodChangePoints
}

/// A day far from what is usual.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodUnusualDay {
    /// Which day.
    date: LocalDate,
    /// Its value.
    value: f64,
    /// Its modified z score, above 3.5 or below −3.5.
    score: f64,
}

statistic! {
    /// Days far from what is usual.
    MoodAnomalies {
        /// Each of them, in order.
        days: Vec<MoodUnusualDay>,
        /// The usual value: the median.
        median: f64,
        /// How far days usually lie from it; null when every day has the same value, so that none is unusual.
        deviation: Option<f64>,
    }
}
outcome! {
    /// The unusual days, unless there are fewer than 14 days.
    MoodAnomaliesResult = MoodAnomalies
}

statistic! {
    /// This period against the one before, which is as long.
    MoodComparison {
        /// The days of the period before.
        window_before: MoodWindow,
        /// The mean of the period before.
        mean_before: f64,
        /// The mean of this period.
        mean_after: f64,
        /// The mean of this period minus the mean of the period before.
        difference: f64,
        /// Its 95 % interval, which allows for days that are like the ones before.
        interval: MoodInterval,
        /// How probable so large a difference is when the periods don't differ; null when no day differs from another.
        p: Option<f64>,
        /// The difference in standard deviations; null with `p`.
        effect: Option<MoodEffect>,
        /// Days with a value in the period before.
        n_before: i32,
        /// Days with a value in this period.
        n_after: i32,
    }
}
outcome! {
    /// The comparison, unless there are fewer than 14 days in either period.
    MoodComparisonResult = MoodComparison
}

pub(super) fn mean(analysis: &Analysis) -> Outcome<MoodMean> {
    let mean = statistics::mean(&analysis.series.daily)?;
    Ok(on!(
        Basis::of(analysis, &mean),
        MoodMean {
            mean: mean.mean,
            interval: mean.interval.into(),
            standard_error: mean.standard_error,
            autocorrelation: mean.autocorrelation,
            effective_n: mean.effective_n,
        }
    ))
}

pub(super) fn spread(analysis: &Analysis) -> Outcome<MoodSpread> {
    let spread = statistics::spread(&analysis.series.daily, analysis.query.measure.bounds())?;
    Ok(on!(
        Basis::of(analysis, &spread),
        MoodSpread { standard_deviation: spread.standard_deviation, relative: spread.relative }
    ))
}

pub(super) fn trend(analysis: &Analysis) -> Outcome<MoodTrend> {
    let trend = statistics::trend(&analysis.series.daily)?;
    Ok(on!(
        Basis::of(analysis, &trend),
        MoodTrend {
            slope_per_30_days: trend.slope_per_30_days,
            interval: trend.interval.into(),
            tau: trend.tau,
            p: trend.p,
            autocorrelation: trend.autocorrelation,
            span_days: whole(trend.span_days),
        }
    ))
}

pub(super) fn change_points(analysis: &Analysis) -> Outcome<MoodChangePoints> {
    let found = statistics::change_points(&analysis.series.daily)?;
    let change = |change: &statistics::Change| MoodChange {
        date: LocalDate(date_of(change.day)),
        mean_before: change.mean_before,
        mean_after: change.mean_after,
        difference: change.difference,
    };
    let segment = |segment: &statistics::Segment| MoodSegment {
        from: LocalDate(date_of(segment.first_day)),
        to: LocalDate(date_of(segment.last_day)),
        mean: segment.mean,
        n: whole(segment.n),
    };
    Ok(on!(
        Basis::of(analysis, &found),
        MoodChangePoints {
            changes: found.changes.iter().map(change).collect(),
            segments: found.segments.iter().map(segment).collect(),
            noise: found.noise,
            autocorrelation: found.autocorrelation,
            penalty: found.penalty,
        }
    ))
}

pub(super) fn anomalies(analysis: &Analysis) -> Outcome<MoodAnomalies> {
    let found = statistics::anomalies(&analysis.series.daily)?;
    let day = |day: &statistics::Anomaly| MoodUnusualDay {
        date: LocalDate(date_of(day.day)),
        value: day.value,
        score: day.score,
    };
    Ok(on!(
        Basis::of(analysis, &found),
        MoodAnomalies {
            days: found.days.iter().map(day).collect(),
            median: found.median,
            deviation: found.deviation.map(|deviation| match deviation {
                Deviation::Median(deviation) | Deviation::Mean(deviation) => deviation,
            }),
        }
    ))
}

pub(super) fn comparison(before: &Analysis, analysis: &Analysis) -> Outcome<MoodComparison> {
    let compared = statistics::comparison(&before.series.daily, &analysis.series.daily)?;
    Ok(on!(
        Basis::of(analysis, &compared),
        MoodComparison {
            window_before: before.window.into(),
            mean_before: compared.mean_before,
            mean_after: compared.mean_after,
            difference: compared.difference,
            interval: compared.interval.into(),
            p: compared.p,
            effect: compared.effect.map(MoodEffect::from),
            n_before: whole(compared.n_before),
            n_after: whole(compared.n_after),
        }
    ))
}
