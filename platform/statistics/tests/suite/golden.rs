//! Every statistic against SciPy, statsmodels, pandas and ruptures: `tests/golden/golden.json`, which `golden.py` made.

use serde::Deserialize;
use statistics::{
    Bounds, Daily, Effect, Interval, Lag, Level, Levels, Observation, Permutation, acute_change, anomalies,
    association, benjamini_hochberg, change_points, comparison, holm, inertia, instability, mean, paired,
    part_of_day, rhythm, spread, trend, weekday,
};

/// Numbers agree when they differ by at most this, as a share of those above 1.
const TOLERANCE: f64 = 1e-9;
/// P-values of two samples of permutations differ by at most so many of their errors.
const MONTE_CARLO_ERRORS: f64 = 4.5;
/// Arrangements that the reference looked at.
const REFERENCE_ARRANGEMENTS: f64 = 10_000.0;

#[derive(Deserialize)]
struct Golden {
    daily: Vec<OfDays>,
    observations: Vec<OfObservations>,
    adjustments: Vec<Adjustment>,
}

#[derive(Deserialize)]
struct OfDays {
    name: String,
    days: Vec<i32>,
    values: Vec<f64>,
    tagged: Vec<i32>,
    mean: Option<Mean>,
    spread: Option<Spread>,
    trend: Option<Trend>,
    change_points: Option<Changes>,
    anomalies: Option<Unusual>,
    comparison: Option<Compared>,
    paired: Option<Pairs>,
    same_day: Option<Associated>,
    next_day: Option<Associated>,
    weekdays: Option<Tested>,
}

#[derive(Deserialize)]
struct Mean {
    mean: f64,
    low: f64,
    high: f64,
    standard_error: f64,
    autocorrelation: f64,
    effective_n: f64,
}

#[derive(Deserialize)]
struct Spread {
    standard_deviation: f64,
    relative: Option<f64>,
}

#[derive(Deserialize)]
struct Trend {
    slope: f64,
    low: f64,
    high: f64,
    tau: Option<f64>,
    p: Option<f64>,
    autocorrelation: f64,
}

#[derive(Deserialize)]
struct Changes {
    noise: f64,
    penalty: f64,
    /// The first day of each level but the first.
    starts: Vec<i32>,
}

#[derive(Deserialize)]
struct Unusual {
    median: f64,
    days: Vec<i32>,
    scores: Vec<f64>,
}

#[derive(Deserialize)]
struct Hedges {
    g: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Compared {
    difference: f64,
    low: f64,
    high: f64,
    p: Option<f64>,
    effect: Option<Hedges>,
}

#[derive(Deserialize)]
struct Pairs {
    before: f64,
    after: f64,
    difference: f64,
    low: f64,
    high: f64,
    p: Option<f64>,
}

#[derive(Deserialize)]
struct Associated {
    difference: f64,
    effect: Option<Hedges>,
    cliffs_delta: f64,
    p: f64,
    n_with: usize,
}

#[derive(Deserialize)]
struct Tested {
    levels: Vec<u8>,
    means: Vec<f64>,
    h: Option<f64>,
    p: Option<f64>,
    level_p: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct OfObservations {
    name: String,
    days: Vec<i32>,
    hours: Vec<f64>,
    values: Vec<f64>,
    instability: Option<Unstable>,
    inertia: Option<Inert>,
    rhythm: Option<Rhythmic>,
    parts_of_day: Option<Tested>,
}

#[derive(Deserialize)]
struct Unstable {
    n: usize,
    rmssd: f64,
    share: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Inert {
    correlation: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Deserialize)]
struct Rhythmic {
    mesor: f64,
    amplitude: f64,
    peak_hour: Option<f64>,
    f: Option<f64>,
    p: Option<f64>,
}

#[derive(Deserialize)]
struct Adjustment {
    p: Vec<f64>,
    holm: Vec<f64>,
    benjamini_hochberg: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/golden.json"))
        .expect("golden.json is as golden.py writes it")
}

impl OfDays {
    fn series(&self) -> Vec<Daily> {
        self.days.iter().zip(&self.values).map(|(day, value)| Daily { day: *day, value: *value }).collect()
    }
}

impl OfObservations {
    fn series(&self) -> Vec<Observation> {
        let times = self.days.iter().zip(&self.hours).zip(&self.values);
        times.map(|((day, hour), value)| Observation { day: *day, hour: *hour, value: *value }).collect()
    }
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64) {
    let apart = (found - expected).abs();
    assert!(apart <= TOLERANCE * expected.abs().max(1.0), "{what}: {found} instead of {expected}");
}

#[track_caller]
fn both_close(what: &str, found: Option<f64>, expected: Option<f64>) {
    assert_eq!(found.is_some(), expected.is_some(), "{what}: {found:?} instead of {expected:?}");
    if let Some((found, expected)) = found.zip(expected) {
        close(what, found, expected);
    }
}

#[track_caller]
fn interval_close(what: &str, found: Interval, low: f64, high: f64) {
    close(what, found.low, low);
    close(what, found.high, high);
}

#[track_caller]
fn effect_close(what: &str, found: Option<Effect>, expected: Option<&Hedges>) {
    assert_eq!(found.is_some(), expected.is_some(), "{what}");
    if let Some((found, expected)) = found.zip(expected) {
        close(what, found.g, expected.g);
        interval_close(what, found.interval, expected.low, expected.high);
    }
}

/// Both are samples.
#[track_caller]
fn within_their_errors(what: &str, found: f64, arrangements: f64, expected: f64) {
    let p = f64::midpoint(found, expected);
    let error = (p * (1.0 - p) * (1.0 / arrangements + 1.0 / REFERENCE_ARRANGEMENTS)).sqrt();
    let apart = (found - expected).abs();
    assert!(apart <= MONTE_CARLO_ERRORS * error + 1e-12, "{what}: {found} instead of {expected} ± {error}");
}

/// Pairs what was found with what the reference says; both have it, or neither.
#[track_caller]
fn both<'a, T, E: std::fmt::Debug, R>(
    what: &str,
    found: Result<T, E>,
    expected: Option<&'a R>,
) -> Option<(T, &'a R)> {
    assert_eq!(found.is_ok(), expected.is_some(), "{what}: {:?}", found.as_ref().err());
    found.ok().zip(expected)
}

fn compare_levels<L: Copy>(name: &str, found: &Levels<L>, expected: &Tested, number: impl Fn(L) -> u8) {
    let levels: Vec<u8> = found.levels.iter().map(|level| number(level.level)).collect();
    assert_eq!(levels, expected.levels, "{name}");
    for (level, mean) in found.levels.iter().zip(&expected.means) {
        close(name, level.mean, *mean);
    }
    both_close(name, found.h, expected.h);
    let Some((Permutation { p, arrangements, .. }, expected_p)) = found.p.zip(expected.p) else {
        assert_eq!((found.p, expected.p), (None, None), "{name}");
        return;
    };
    let arrangements = f64::from(u32::try_from(arrangements).expect("few"));
    within_their_errors(name, p, arrangements, expected_p);
    let of_levels = expected.level_p.as_ref().expect("with p");
    for (Level { p, .. }, expected) in found.levels.iter().zip(of_levels) {
        within_their_errors(name, *p, arrangements, *expected);
    }
    let p: Vec<f64> = found.levels.iter().map(|level| level.p).collect();
    for (level, adjusted) in found.levels.iter().zip(holm(&p)) {
        close(name, level.adjusted_p, adjusted);
    }
}

#[test]
fn means_agree() {
    for case in golden().daily {
        let Some((found, expected)) = both(&case.name, mean(&case.series()), case.mean.as_ref()) else {
            continue;
        };
        close(&case.name, found.mean, expected.mean);
        interval_close(&case.name, found.interval, expected.low, expected.high);
        close(&case.name, found.standard_error, expected.standard_error);
        close(&case.name, found.autocorrelation, expected.autocorrelation);
        close(&case.name, found.effective_n, expected.effective_n);
    }
}

#[test]
fn spreads_agree() {
    for case in golden().daily {
        let found = spread(&case.series(), Bounds { min: 1.0, max: 5.0 });
        let Some((found, expected)) = both(&case.name, found, case.spread.as_ref()) else { continue };
        close(&case.name, found.standard_deviation, expected.standard_deviation);
        both_close(&case.name, found.relative, expected.relative);
    }
}

#[test]
fn trends_agree() {
    for case in golden().daily {
        let Some((found, expected)) = both(&case.name, trend(&case.series()), case.trend.as_ref()) else {
            continue;
        };
        close(&case.name, found.slope_per_30_days, expected.slope);
        interval_close(&case.name, found.interval, expected.low, expected.high);
        both_close(&case.name, found.tau, expected.tau);
        both_close(&case.name, found.p, expected.p);
        close(&case.name, found.autocorrelation, expected.autocorrelation);
    }
}

#[test]
fn change_points_agree() {
    for case in golden().daily {
        let found = change_points(&case.series());
        let Some((found, expected)) = both(&case.name, found, case.change_points.as_ref()) else { continue };
        close(&case.name, found.noise, expected.noise);
        close(&case.name, found.penalty, expected.penalty);
        let starts: Vec<i32> = found.changes.iter().map(|change| change.day).collect();
        assert_eq!(starts, expected.starts, "{}", case.name);
    }
}

#[test]
fn anomalies_agree() {
    for case in golden().daily {
        let found = anomalies(&case.series());
        let Some((found, expected)) = both(&case.name, found, case.anomalies.as_ref()) else { continue };
        close(&case.name, found.median, expected.median);
        assert_eq!(found.days.iter().map(|day| day.day).collect::<Vec<_>>(), expected.days, "{}", case.name);
        for (day, score) in found.days.iter().zip(&expected.scores) {
            close(&case.name, day.score, *score);
        }
    }
}

#[test]
fn comparisons_agree() {
    for case in golden().daily {
        let series = case.series();
        let (before, after) = series.split_at(series.len() / 2);
        let found = comparison(before, after);
        let Some((found, expected)) = both(&case.name, found, case.comparison.as_ref()) else { continue };
        close(&case.name, found.difference, expected.difference);
        interval_close(&case.name, found.interval, expected.low, expected.high);
        both_close(&case.name, found.p, expected.p);
        effect_close(&case.name, found.effect, expected.effect.as_ref());
    }
}

#[test]
fn differences_of_pairs_agree() {
    for case in golden().daily {
        let (before, after) = case.values.split_at(case.values.len() / 2);
        let pairs: Vec<(f64, f64)> = before.iter().copied().zip(after.iter().copied()).collect();
        let Some((found, expected)) = both(&case.name, paired(&pairs), case.paired.as_ref()) else {
            continue;
        };
        close(&case.name, found.mean_before, expected.before);
        close(&case.name, found.mean_after, expected.after);
        close(&case.name, found.difference, expected.difference);
        interval_close(&case.name, found.interval, expected.low, expected.high);
        both_close(&case.name, found.p, expected.p);
    }
}

#[test]
fn associations_agree_and_their_p_values_are_exact() {
    for case in golden().daily {
        for (lag, expected) in [(Lag::SameDay, &case.same_day), (Lag::NextDay, &case.next_day)] {
            let found = association(&case.series(), &case.tagged, lag);
            let Some((found, expected)) = both(&case.name, found, expected.as_ref()) else { continue };
            assert_eq!(found.n_with, expected.n_with, "{}", case.name);
            close(&case.name, found.difference, expected.difference);
            effect_close(&case.name, found.effect, expected.effect.as_ref());
            close(&case.name, found.cliffs_delta, expected.cliffs_delta);
            assert!(found.p.exact, "{}", case.name);
            close(&case.name, found.p.p, expected.p);
        }
    }
}

#[test]
fn weekdays_agree() {
    for case in golden().daily {
        let Some((found, expected)) = both(&case.name, weekday(&case.series(), 0), case.weekdays.as_ref())
        else {
            continue;
        };
        compare_levels(&case.name, &found, expected, |weekday| weekday);
    }
}

#[test]
fn parts_of_the_day_agree() {
    for case in golden().observations {
        let found = part_of_day(&case.series());
        let Some((found, expected)) = both(&case.name, found, case.parts_of_day.as_ref()) else { continue };
        compare_levels(&case.name, &found, expected, |part| part as u8);
    }
}

#[test]
fn instability_and_acute_change_agree() {
    for case in golden().observations {
        let series = case.series();
        let Some((found, expected)) = both(&case.name, instability(&series), case.instability.as_ref())
        else {
            assert!(acute_change(&series, 2.0).is_err(), "{}", case.name);
            continue;
        };
        assert_eq!(found.n, expected.n, "{}", case.name);
        close(&case.name, found.rmssd, expected.rmssd);
        let acute = acute_change(&series, 2.0).expect("as many pairs");
        close(&case.name, acute.share, expected.share);
        interval_close(&case.name, acute.interval, expected.low, expected.high);
    }
}

#[test]
fn inertia_agrees() {
    for case in golden().observations {
        let found = inertia(&case.series());
        let Some((found, expected)) = both(&case.name, found, case.inertia.as_ref()) else { continue };
        both_close(&case.name, found.correlation, expected.correlation);
        both_close(&case.name, found.interval.map(|interval| interval.low), expected.low);
        both_close(&case.name, found.interval.map(|interval| interval.high), expected.high);
    }
}

#[test]
fn rhythms_agree() {
    for case in golden().observations {
        let Some((found, expected)) = both(&case.name, rhythm(&case.series()), case.rhythm.as_ref()) else {
            continue;
        };
        close(&case.name, found.mesor, expected.mesor);
        close(&case.name, found.amplitude, expected.amplitude);
        both_close(&case.name, found.peak_hour, expected.peak_hour);
        both_close(&case.name, found.f, expected.f);
        both_close(&case.name, found.p, expected.p);
    }
}

#[test]
fn adjustments_agree() {
    for case in golden().adjustments {
        for (found, expected) in holm(&case.p).into_iter().zip(case.holm) {
            close("Holm", found, expected);
        }
        for (found, expected) in benjamini_hochberg(&case.p).into_iter().zip(case.benjamini_hochberg) {
            close("Benjamini and Hochberg", found, expected);
        }
    }
}
