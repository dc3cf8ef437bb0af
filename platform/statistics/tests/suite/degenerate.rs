//! Too little data, and data that doesn't vary.

use statistics::{
    Bounds, Counted, Daily, Observation, TooLittle, anomalies, change_points, comparison, inertia, mean,
    rhythm, spread, trend, weekday,
};

fn constant(days: i32) -> Vec<Daily> {
    (0..days).map(|day| Daily { day, value: 3.0 }).collect()
}

#[test]
fn too_little_says_how_much_there_is_and_how_much_is_needed() {
    let refused = mean(&constant(13)).unwrap_err();
    assert_eq!(refused, TooLittle { have: 13, need: 14, counted: Counted::Days });
    assert_eq!(refused.to_string(), "13 of the 14 days that are needed");
    assert_eq!(trend(&constant(20)).unwrap_err().counted, Counted::SpanDays);
    assert_eq!(trend(&constant(20)).unwrap_err().have, 20);
    assert_eq!(comparison(&constant(14), &constant(2)).unwrap_err().counted, Counted::DaysAfter);
    assert_eq!(
        weekday(&constant(17), 0).unwrap_err(),
        TooLittle { have: 0, need: 3, counted: Counted::Levels }
    );
}

#[test]
fn a_constant_has_no_correlation_no_score_and_no_change() {
    let days = constant(60);
    let mean = mean(&days).unwrap();
    assert_eq!((mean.mean, mean.interval.low, mean.interval.high), (3.0, 3.0, 3.0));
    let spread = spread(&days, Bounds { min: 1.0, max: 5.0 }).unwrap();
    assert_eq!((spread.standard_deviation, spread.relative), (0.0, Some(0.0)));
    let trend = trend(&days).unwrap();
    assert_eq!((trend.slope_per_30_days, trend.tau, trend.p), (0.0, None, None));
    let weekday = weekday(&days, 0).unwrap();
    assert_eq!((weekday.h, weekday.p, weekday.levels[0].adjusted_p), (None, None, 1.0));
    assert_eq!(anomalies(&days).unwrap().deviation, None);
    assert_eq!(change_points(&days).unwrap().changes, []);
    let comparison = comparison(&days, &days).unwrap();
    assert_eq!((comparison.difference, comparison.p, comparison.effect), (0.0, None, None));
}

#[test]
fn constant_observations_have_neither_inertia_nor_rhythm() {
    let observations: Vec<Observation> = (0..60)
        .map(|at| Observation { day: at / 4, hour: f64::from(at % 4) * 6.0 + 1.0, value: 4.0 })
        .collect();
    assert_eq!(inertia(&observations).unwrap().correlation, None);
    let rhythm = rhythm(&observations).unwrap();
    assert_eq!((rhythm.mesor, rhythm.amplitude, rhythm.peak_hour, rhythm.p), (4.0, 0.0, None, None));
}
