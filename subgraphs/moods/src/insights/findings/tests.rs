//! How often people whose moods mean nothing are told something, and how often what is there is found.
//!
//! Simulated people log one to three moods on nine of ten days, for 60 to 90 days. Behind each day is a level that follows x(t) = φ
//! x(t − 1) + √(1 − φ²) ε(t) with φ = 0.5; each mood adds its own noise and is rounded to a score from 1 to 5. Ten tags
//! come and go, some by chance and some in stretches. Every seed is fixed, so each count is exact; `docs/ANALYTICS.md` states them.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clock::day::DayStart;
use ids::MoodId;
use proptest::prelude::*;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use super::*;
use crate::{
    analytics::series::Logged,
    entries::model::MoodKind,
    insights::{
        background::readings,
        banned_words::banned,
        model::{Direction, Kind, Pattern},
        sentence,
    },
};

const QUIET: u64 = 200;
const PLANTED: u64 = 100;
const PHI: f64 = 0.5;

/// Chance of one run.
struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// Evenly between 0 and 1, both excluded.
    fn uniform(&mut self) -> f64 {
        let bits = u32::try_from(self.0.next_u64() >> 32).unwrap();
        (f64::from(bits) + 0.5) / 4_294_967_296.0
    }

    /// A whole number below `bound`.
    fn below(&mut self, bound: u64) -> i64 {
        i64::try_from(self.0.next_u64() % bound).unwrap()
    }

    /// Normal with a standard deviation of 1 (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    fn levels(&mut self, days: u64) -> Vec<f64> {
        let mut value = self.normal();
        let step = |_| {
            let now = value;
            value = PHI * value + (1.0 - PHI * PHI).sqrt() * self.normal();
            now
        };
        (0..days).map(step).collect()
    }

    /// Days that have a tag: each by chance, or in stretches.
    fn tagged(&mut self, days: u64, tag: usize) -> Vec<bool> {
        let share = 0.1 + 0.4 * self.uniform();
        let mut on = self.uniform() < share;
        let has = |_| {
            if tag.is_multiple_of(3) {
                on ^= self.uniform() < 0.25;
                on
            } else {
                self.uniform() < share
            }
        };
        (0..days).map(has).collect()
    }
}

/// What is planted in a day of somebody's, given what the tag 1 says of it.
type Planted = fn(day: u64, tagged: bool) -> f64;

fn nothing(_: u64, _: bool) -> f64 {
    0.0
}

fn number(day: u64) -> f64 {
    f64::from(u32::try_from(day).unwrap())
}

fn first_day() -> NaiveDate {
    // A Thursday.
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

/// What somebody logged, in the order of time.
fn person(run: u64, days: u64, energy: bool, planted: Planted) -> Vec<Logged> {
    let mut chance = Chance(Xoshiro256PlusPlus::seed_from_u64(run));
    let (levels, energies) = (chance.levels(days), chance.levels(days));
    let tags: Vec<Vec<bool>> = (0..10).map(|tag| chance.tagged(days, tag)).collect();
    let mut logged = Vec::new();
    for (at, day) in (0..days).enumerate() {
        if chance.uniform() < 0.1 {
            continue;
        }
        let entries = 1 + chance.below(3);
        for _ in 0..entries {
            let minute = chance.below(1_440);
            let level = 3.0 + 0.9 * levels[at] + planted(day, tags[1][at]) + 0.5 * chance.normal();
            let felt = energies[at] / 3.0 + 0.2 * chance.normal();
            let names =
                tags.iter().enumerate().filter(|(_, has)| has[at]).map(|(tag, _)| format!("tag {tag}"));
            logged.push(entry(day, minute, level.round().clamp(1.0, 5.0), names.collect()));
            if energy && let Some(last) = logged.last_mut() {
                last.energy = Some((felt.clamp(-1.0, 1.0) * 10.0).round() / 10.0);
            }
        }
    }
    logged
}

fn entry(day: u64, minute: i64, score: f64, tags: Vec<String>) -> Logged {
    let local_date = first_day() + Days::new(day);
    let midnight: DateTime<Utc> = local_date.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let occurred_at = midnight + TimeDelta::minutes(minute);
    Logged {
        id: MoodId::at(occurred_at),
        occurred_at,
        zone: Tz::UTC,
        day_start: DayStart::MIDNIGHT,
        local_date,
        kind: MoodKind::Moment,
        score,
        valence: None,
        energy: None,
        associations: Vec::new(),
        tags,
    }
}

fn found(logged: &[Logged], days: u64) -> Vec<Finding> {
    let window = Window { from: first_day(), to: first_day() + Days::new(days - 1) };
    find(&readings(logged, window))
}

/// The findings of each of so many quiet people.
fn quiet(energy: bool) -> Vec<Vec<Finding>> {
    let of = |run| {
        let days = 60 + run * 7 % 31;
        found(&person(run, days, energy, nothing), days)
    };
    (0..QUIET).map(of).collect()
}

fn planted(planted: Planted, is_it: impl Fn(&Pattern) -> bool) -> usize {
    let finds = |run: &u64| {
        let findings = found(&person(1_000 + run, 90, false, planted), 90);
        findings.iter().any(|finding| is_it(&finding.pattern))
    };
    (0..PLANTED).filter(finds).count()
}

/// A count as `docs/ANALYTICS.md` has to state it.
fn row(what: &str, count: usize, runs: u64) -> String {
    let thousandths = count * 1_000 / usize::try_from(runs).unwrap();
    format!("| {what} | {count} of {runs} ({}.{} %) |", thousandths / 10, thousandths % 10)
}

#[track_caller]
fn assert_stated(rows: &[String]) {
    let stated = include_str!("../../../../../docs/ANALYTICS.md");
    let missing: Vec<&str> = rows.iter().map(String::as_str).filter(|row| !stated.contains(row)).collect();
    assert!(missing.is_empty(), "docs/ANALYTICS.md doesn't have these rows:\n{}", missing.join("\n"));
}

#[test]
fn quiet_people_are_told_something_as_rarely_as_is_stated() {
    let told = |people: &[Vec<Finding>]| people.iter().filter(|found| !found.is_empty()).count();
    let (alone, both) = (quiet(false), quiet(true));
    let mut rows = vec![
        row("anything, of a score alone", told(&alone), QUIET),
        row("anything, of a score and energy", told(&both), QUIET),
    ];
    let people = || alone.iter().chain(&both);
    for kind in Kind::ALL {
        let has = |found: &&Vec<Finding>| found.iter().any(|finding| finding.pattern.kind() == kind);
        rows.push(row(kind.code(), people().filter(has).count(), 2 * QUIET));
    }
    assert_stated(&rows);
    // A budget of a tenth, and what chance adds to it in 200 runs.
    assert!(told(&alone) <= 28 && told(&both) <= 28, "{rows:#?}");
}

#[test]
fn what_is_there_is_found_as_often_as_is_stated() {
    let is_tag = |pattern: &Pattern, next: bool| {
        let kind = if next { Kind::NextDayAssociation } else { Kind::Association };
        let named = pattern.factor().is_some_and(|factor| factor.name() == "tag 1");
        pattern.kind() == kind && named && pattern.direction() == Some(Direction::Higher)
    };
    let moved = |pattern: &Pattern| {
        let of_level = matches!(pattern.kind(), Kind::Change | Kind::Trend | Kind::Comparison);
        of_level && pattern.direction() == Some(Direction::Higher)
    };
    let rows = [
        row(
            "days with one of ten tags are a point better",
            planted(|_, tagged| if tagged { 1.0 } else { 0.0 }, |pattern| is_tag(pattern, false)),
            PLANTED,
        ),
        row(
            "Mondays are a point worse",
            planted(
                |day, _| if day % 7 == 4 { -1.0 } else { 0.0 },
                |pattern| matches!(pattern, Pattern::Weekday { weekday: 0, deviation, .. } if *deviation < 0.0),
            ),
            PLANTED,
        ),
        row(
            "the second half is a point better",
            planted(|day, _| if day < 45 { 0.0 } else { 1.0 }, moved),
            PLANTED,
        ),
        row(
            "it gets better by a point in 30 days",
            planted(|day, _| number(day) / 30.0 - 1.5, moved),
            PLANTED,
        ),
    ];
    assert_stated(&rows);
}

#[test]
fn the_parts_of_the_day_that_differ_are_found_and_cite_their_moods_alone() {
    let logged: Vec<Logged> = (0..40)
        .flat_map(|day| {
            [3, 9, 14, 20].map(|hour| {
                let noise = if (day * 7 + hour) % 3 == 0 { 1.0 } else { 0.0 };
                let level = if hour == 9 { 4.0 } else { 2.0 };
                entry(day, i64::try_from(hour).unwrap() * 60, level + noise, Vec::new())
            })
        })
        .collect();
    let findings = found(&logged, 40);
    let morning =
        findings.iter().find(|one| matches!(one.pattern, Pattern::PartOfDay { part: 1, .. })).unwrap();
    let cited: Vec<MoodId> = (0..40).map(|day| logged[day * 4 + 1].id).collect();
    assert_eq!(morning.entries, cited);
    assert_eq!(morning.pattern.direction(), Some(Direction::Higher));
}

#[test]
fn the_day_after_is_found_and_cites_both_days() {
    let has = |day: u64| (day * day + day / 3).is_multiple_of(5);
    let logged: Vec<Logged> = (0..60)
        .map(|day| {
            let after = day > 0 && has(day - 1);
            let noise = if day % 4 == 0 { 1.0 } else { 0.0 };
            let tags = if has(day) { vec!["late".to_owned()] } else { Vec::new() };
            entry(day, 720, if after { 1.0 + noise } else { 3.0 + noise }, tags)
        })
        .collect();
    let findings = found(&logged, 60);
    let late = findings.iter().find(|one| one.pattern.kind() == Kind::NextDayAssociation).unwrap();
    let expected = (0..60).filter(|day| has(*day) && *day < 59 || *day > 0 && has(day - 1));
    let expected: Vec<MoodId> = expected.map(|day| logged[usize::try_from(day).unwrap()].id).collect();
    assert_eq!(late.entries, expected);
    assert_eq!(late.pattern.direction(), Some(Direction::Lower));
}

#[test]
fn a_day_far_from_all_others_is_unusual_and_nothing_else_is_said_of_it() {
    let score = |day: u64| if day == 30 { 1.0 } else { [4.0, 4.0, 5.0][usize::try_from(day % 3).unwrap()] };
    let logged: Vec<Logged> = (0..50).map(|day| entry(day, 720, score(day), Vec::new())).collect();
    let findings = found(&logged, 50);
    let unusual: Vec<_> =
        findings.iter().filter(|finding| finding.pattern.kind() == Kind::UnusualDay).collect();
    assert_eq!(unusual.len(), 1, "{findings:#?}");
    assert_eq!(unusual[0].pattern.date(), Some(first_day() + Days::new(30)));
    assert_eq!(unusual[0].entries, [logged[30].id]);
}

#[test]
fn a_few_days_and_days_that_never_vary_say_nothing() {
    let few: Vec<Logged> = (0..13).map(|day| entry(day, 720, 1.0 + number(day % 5), Vec::new())).collect();
    assert_eq!(found(&few, 13), []);
    let same: Vec<Logged> = (0..80)
        .map(|day| entry(day, 720, 3.0, if day % 2 == 0 { vec!["tea".to_owned()] } else { Vec::new() }))
        .collect();
    assert_eq!(found(&same, 80), []);
    assert_eq!(find(&[]), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_found_is_said_without_a_banned_word_and_cites_what_was_logged(
        scores in proptest::collection::vec(1_u8..=5, 40..80), jump in 0_u64..40, height in -3_i8..=3, period in 2_u64..8
    ) {
        let days = u64::try_from(scores.len()).unwrap();
        let logged: Vec<Logged> = (0..days).zip(&scores).map(|(day, score)| {
            let planted = if day >= jump { f64::from(height) } else { 0.0 };
            let tagged = day % period == 0;
            let level = f64::from(*score) / 4.0 + 2.0 + planted + if tagged { 1.0 } else { 0.0 };
            let tags = if tagged { vec!["tea".to_owned()] } else { Vec::new() };
            entry(day, 720, level.round().clamp(1.0, 5.0), tags)
        }).collect();
        let findings = found(&logged, days);
        prop_assert_eq!(&findings, &found(&logged, days), "the same days say the same");
        for finding in findings {
            let sentence = sentence::of(&finding);
            prop_assert_eq!(banned(&sentence), None, "{}", sentence);
            prop_assert!(sentence.contains("A pattern, not a cause."));
            prop_assert!(finding.rank >= 0.0 && finding.rank <= 1.0, "{:?}", finding);
            prop_assert!(!finding.entries.is_empty());
            let mut cited = finding.entries.clone();
            cited.sort_unstable();
            cited.dedup();
            prop_assert_eq!(cited.len(), finding.entries.len());
            prop_assert!(cited.iter().all(|id| logged.iter().any(|entry| entry.id == *id)));
            let json = serde_json::to_string(&finding).unwrap();
            prop_assert_eq!(sentence::of(&serde_json::from_str(&json).unwrap()), sentence);
        }
    }
}
