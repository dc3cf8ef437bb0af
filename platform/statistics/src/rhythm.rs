//! The rhythm of a day.

use std::f64::consts::TAU;

use crate::distribution::f_upper;
use crate::order::is_constant;
use crate::outcome::{Counted, Statistic, TooLittle};
use crate::series::{Observation, PartOfDay, average, count};

const MIN_ENTRIES: usize = 30;
const HOURS: f64 = 24.0;

/// A cosine of 24 hours, fitted to observations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// The level about which the cosine swings (M).
    pub mesor: f64,
    /// Half of the distance from trough to peak (A), at least 0.
    pub amplitude: f64,
    /// The hour of the peak (φ), 0 to below 24; `None` when the amplitude is 0.
    pub peak_hour: Option<f64>,
    /// F of the cosine against the mean alone, with 2 and n − 3 degrees of freedom; `None` when there is nothing left over to
    /// compare with, the values being constant or exactly a cosine.
    pub f: Option<f64>,
    /// How probable so large an F is without a rhythm; `None` with F.
    pub p: Option<f64>,
    /// Observations.
    pub n: usize,
}

impl Statistic for Rhythm {
    const METHOD: &'static str = "Cosinor: M + A cos(2π(t − φ)/24) fitted by least squares to the entries' local hours, with the F test of A = 0.";
    const REFERENCE: &'static str = "Cornelissen, G. (2014). Cosinor-based rhythmometry. Theoretical Biology and Medical Modelling, 11, 16.";

    fn n(&self) -> usize {
        self.n
    }
}

/// The rhythm of at least 30 observations with some in each part of the day.
pub fn rhythm(series: &[Observation]) -> Result<Rhythm, TooLittle> {
    Counted::Entries.at_least(MIN_ENTRIES, series.len())?;
    let seen = |part: &PartOfDay| series.iter().any(|one| PartOfDay::of(one.hour) == *part);
    Counted::PartsOfDay
        .at_least(PartOfDay::ALL.len(), PartOfDay::ALL.iter().filter(|part| seen(part)).count())?;
    let values: Vec<f64> = series.iter().map(|one| one.value).collect();
    let mean = average(values.iter().copied());
    if is_constant(&values) {
        return Ok(Rhythm {
            mesor: mean,
            amplitude: 0.0,
            peak_hour: None,
            f: None,
            p: None,
            n: values.len(),
        });
    }
    let fit = Fit::of(series, mean, &values);
    let amplitude = fit.cosine.hypot(fit.sine);
    let peak_hour = (fit.sine.atan2(fit.cosine) / TAU * HOURS).rem_euclid(HOURS);
    let degrees = count(values.len()) - 3.0;
    let f = Some(fit.explained / 2.0 / (fit.left / degrees)).filter(|f| f.is_finite());
    Ok(Rhythm {
        mesor: fit.mesor,
        amplitude,
        // What rounds up to a whole day is its beginning.
        peak_hour: (amplitude > 0.0).then_some(if peak_hour < HOURS { peak_hour } else { 0.0 }),
        f,
        p: f.map(|f| f_upper(f, 2.0, degrees)),
        n: values.len(),
    })
}

struct Fit {
    mesor: f64,
    cosine: f64,
    sine: f64,
    /// Sums of squares.
    explained: f64,
    left: f64,
}

impl Fit {
    /// Least squares with the means taken out, which leaves two equations. Four parts of the day make them independent.
    fn of(series: &[Observation], mean: f64, values: &[f64]) -> Self {
        let angles: Vec<(f64, f64)> = series.iter().map(|one| (TAU * one.hour / HOURS).sin_cos()).collect();
        let mean_sine = average(angles.iter().map(|angle| angle.0));
        let mean_cosine = average(angles.iter().map(|angle| angle.1));
        let (mut ss, mut cc, mut sc, mut sy, mut cy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for ((sine, cosine), value) in angles.iter().zip(values) {
            let (sine, cosine, value) = (sine - mean_sine, cosine - mean_cosine, value - mean);
            ss += sine * sine;
            cc += cosine * cosine;
            sc += sine * cosine;
            sy += sine * value;
            cy += cosine * value;
        }
        let determinant = cc * ss - sc * sc;
        let cosine = (cy * ss - sy * sc) / determinant;
        let sine = (sy * cc - cy * sc) / determinant;
        let mesor = mean - cosine * mean_cosine - sine * mean_sine;
        let fitted = angles.iter().map(|angle| mesor + sine * angle.0 + cosine * angle.1);
        let (mut explained, mut left) = (0.0, 0.0);
        for (fitted, value) in fitted.zip(values) {
            explained += (fitted - mean).powi(2);
            left += (value - fitted).powi(2);
        }
        Self { mesor, cosine, sine, explained, left }
    }
}
