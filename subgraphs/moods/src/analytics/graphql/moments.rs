//! What moods about moments say: how they move within days and from one to the next.

use super::basis::{Basis, MoodInterval, Outcome, on, outcome, statistic};
use crate::analytics::Analysis;

statistic! {
    /// How much moods move from one to the next.
    MoodInstability {
        /// The root of the mean squared successive difference, on the measure's own scale.
        rmssd: f64,
    }
}
outcome! {
    /// The instability, unless there are fewer than 20 pairs.
    MoodInstabilityResult = MoodInstability
}

statistic! {
    /// How often moods change by much from one to the next.
    MoodAcuteChange {
        /// The share of pairs that differ by at least `threshold`, 0 to 1.
        share: f64,
        /// Its 95 % interval.
        interval: MoodInterval,
        /// Half of the measure's scale: 2 points of a score.
        threshold: f64,
    }
}
outcome! {
    /// The share of acute changes, unless there are fewer than 20 pairs.
    MoodAcuteChangeResult = MoodAcuteChange
}

statistic! {
    /// How much of a mood is carried over to the next.
    MoodInertia {
        /// Pearson's correlation of successive moods, −1 to 1; null when they don't vary.
        correlation: Option<f64>,
        /// Its 95 % interval; null with the correlation, and at ±1.
        interval: Option<MoodInterval>,
    }
}
outcome! {
    /// The inertia, unless there are fewer than 30 pairs.
    MoodInertiaResult = MoodInertia
}

statistic! {
    /// The rhythm of a day: a cosine of 24 hours.
    MoodRhythm {
        /// The level about which moods swing.
        mesor: f64,
        /// Half of the way from the lowest to the highest of the cosine.
        amplitude: f64,
        /// The local hour of its highest, 0 to below 24; null when nothing swings.
        peak_hour: Option<f64>,
        /// F against no rhythm, with 2 and n − 3 degrees of freedom; null when nothing is left over to compare with.
        f: Option<f64>,
        /// How probable so large an F is without a rhythm; null with F.
        p: Option<f64>,
    }
}
outcome! {
    /// The rhythm, unless there are fewer than 30 moods, or none in one of the four parts of the day.
    MoodRhythmResult = MoodRhythm
}

pub(super) fn instability(analysis: &Analysis) -> Outcome<MoodInstability> {
    let instability = statistics::instability(&analysis.series.observations)?;
    Ok(on!(Basis::of(analysis, &instability), MoodInstability { rmssd: instability.rmssd }))
}

pub(super) fn acute_change(analysis: &Analysis) -> Outcome<MoodAcuteChange> {
    let threshold = analysis.query.measure.acute();
    let change = statistics::acute_change(&analysis.series.observations, threshold)?;
    Ok(on!(
        Basis::of(analysis, &change),
        MoodAcuteChange {
            share: change.share,
            interval: change.interval.into(),
            threshold: change.threshold,
        }
    ))
}

pub(super) fn inertia(analysis: &Analysis) -> Outcome<MoodInertia> {
    let inertia = statistics::inertia(&analysis.series.observations)?;
    Ok(on!(
        Basis::of(analysis, &inertia),
        MoodInertia { correlation: inertia.correlation, interval: inertia.interval.map(MoodInterval::from) }
    ))
}

pub(super) fn rhythm(analysis: &Analysis) -> Outcome<MoodRhythm> {
    let rhythm = statistics::rhythm(&analysis.series.observations)?;
    Ok(on!(
        Basis::of(analysis, &rhythm),
        MoodRhythm {
            mesor: rhythm.mesor,
            amplitude: rhythm.amplitude,
            peak_hour: rhythm.peak_hour,
            f: rhythm.f,
            p: rhythm.p,
        }
    ))
}
