//! How often statistics are wrong: on autocorrelated noise where nothing is to be found, and with an effect planted in it.
//!
//! Moods of sixty days follow x(t) = φ x(t − 1) + √(1 − φ²) ε(t) with φ = 0.5, which has a standard deviation of 1. Every seed is
//! fixed, so each count is exact; `docs/ANALYTICS.md` states them, and the last test holds it to that.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng as _, SeedableRng as _},
};
use statistics::{Daily, Lag, association, change_points};

const RUNS: u64 = 500;
const DAYS: usize = 60;
const PHI: f64 = 0.5;
/// In standard deviations of the series.
const EFFECT: f64 = 0.8;

/// Chance of one run.
struct Chance(Xoshiro256PlusPlus);

impl Chance {
    fn of(run: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(run))
    }

    /// Evenly between 0 and 1, both excluded.
    fn uniform(&mut self) -> f64 {
        let bits = u32::try_from(self.0.next_u64() >> 32).expect("32 bits");
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }

    /// Normal with a standard deviation of 1 (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    fn noise(&mut self, days: usize) -> Vec<f64> {
        let mut value = self.normal();
        let step = |_| {
            let now = value;
            value = PHI * value + (1.0 - PHI * PHI).sqrt() * self.normal();
            now
        };
        (0..days).map(step).collect()
    }

    /// Days that have a tag, each with this probability.
    fn scattered(&mut self, share: f64) -> Vec<i32> {
        (0..60).filter(|_| self.uniform() < share).collect()
    }

    /// Days that have a tag which stays for some days: in half of all days, changing with a probability of a quarter.
    fn lasting(&mut self) -> Vec<i32> {
        let mut on = self.uniform() < 0.5;
        let has = |_: &i32| {
            let now = on;
            on ^= self.uniform() < 0.25;
            now
        };
        (0..60).filter(has).collect()
    }
}

fn series(values: &[f64]) -> Vec<Daily> {
    (0..).zip(values).map(|(day, value)| Daily { day, value: *value }).collect()
}

fn with_effect(values: &[f64], tagged: &[i32]) -> Vec<Daily> {
    let planted = |day: i32| if tagged.contains(&day) { EFFECT } else { 0.0 };
    (0..).zip(values).map(|(day, value)| Daily { day, value: value + planted(day) }).collect()
}

/// In how many runs the tag is significant at 5 %, before any correction.
fn significant(tags: impl Fn(&mut Chance) -> Vec<i32>, planted: bool, lag: Lag) -> usize {
    let found = |run: &u64| {
        let mut chance = Chance::of(*run);
        let noise = chance.noise(DAYS);
        let tagged = tags(&mut chance);
        let days = if planted { with_effect(&noise, &tagged) } else { series(&noise) };
        association(&days, &tagged, lag).is_ok_and(|association| association.p.p <= 0.05)
    };
    (0..RUNS).filter(found).count()
}

fn scattered(share: f64) -> impl Fn(&mut Chance) -> Vec<i32> {
    move |chance| chance.scattered(share)
}

/// In how many runs of so many days any change is found, when the level rises by `shift` in the middle.
fn changed(days: usize, shift: f64) -> usize {
    let found = |run: &u64| {
        let mut values = Chance::of(*run).noise(days);
        for value in &mut values[days / 2..] {
            *value += shift;
        }
        change_points(&series(&values)).is_ok_and(|found| !found.changes.is_empty())
    };
    (0..RUNS).filter(found).count()
}

/// A count as `docs/ANALYTICS.md` states it.
fn stated(what: &str, count: usize) -> String {
    let thousandths = count * 1_000 / usize::try_from(RUNS).expect("small");
    format!("| {what} | {count} of {RUNS} ({}.{} %) |", thousandths / 10, thousandths % 10)
}

fn percent(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("small")) / 5.0
}

/// Holds what is stated to what is counted.
fn state(what: &str, count: usize) -> f64 {
    let row = stated(what, count);
    let stated = include_str!("../../../../docs/ANALYTICS.md");
    assert!(stated.contains(&row), "docs/ANALYTICS.md doesn't have this row:\n{row}");
    percent(count)
}

#[test]
fn a_tag_that_means_nothing_is_rarely_significant() {
    for (what, count) in [
        ("a tag on half of 60 days, which means nothing", significant(scattered(0.5), false, Lag::SameDay)),
        (
            "a tag on a fifth of 60 days, which means nothing",
            significant(scattered(0.2), false, Lag::SameDay),
        ),
        ("a tag that stays for days, which means nothing", significant(Chance::lasting, false, Lag::SameDay)),
        ("the days after a tag that means nothing", significant(scattered(0.5), false, Lag::NextDay)),
    ] {
        assert!(state(what, count) <= 7.0, "{what}: {count}");
    }
}

#[test]
fn a_tag_that_matters_is_mostly_found() {
    let what = "a tag on half of 60 days, worth 0.8 standard deviations";
    let count = significant(scattered(0.5), true, Lag::SameDay);
    assert!(state(what, count) >= 80.0, "{what}: {count}");
}

#[test]
fn a_level_that_stays_is_rarely_said_to_change() {
    for (what, count) in
        [("60 days of one level", changed(60, 0.0)), ("a year of one level", changed(365, 0.0))]
    {
        assert!(state(what, count) <= 5.0, "{what}: {count}");
    }
}

#[test]
fn a_level_that_changes_is_mostly_found_when_there_are_days_enough() {
    for (what, count) in [
        ("a change of 0.8 standard deviations in two years", changed(730, 0.8)),
        ("a change of 1.2 standard deviations in a year", changed(365, 1.2)),
    ] {
        assert!(state(what, count) >= 80.0, "{what}: {count}");
    }
    state("a change of 2 standard deviations in 120 days", changed(120, 2.0));
    // What can't be told from autocorrelated noise isn't told.
    state("a change of 0.8 standard deviations in 60 days", changed(60, 0.8));
    state("a change of 0.8 standard deviations in a year", changed(365, 0.8));
}
