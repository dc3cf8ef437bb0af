//! Freezes, repairs and pauses: what holds a streak, in whatever order it became known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use chrono_tz::Tz;
use clock::day::DayStart;
use proptest::prelude::*;

use super::{super::Pause, *};

const ZONES: [Tz; 6] = [
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::America__Santiago,
    Tz::Asia__Beirut,
    Tz::Asia__Kathmandu,
    Tz::UTC,
];

fn day(offset: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(offset)
}

fn utc() -> Calendar {
    Calendar::default()
}

/// Noon of a day.
fn noon(offset: u64) -> DateTime<Utc> {
    day(offset).and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn of(offsets: impl IntoIterator<Item = u64>) -> History {
    History { dates: offsets.into_iter().map(day).collect(), ..History::default() }
}

fn paused(history: History, first: u64, last: u64) -> History {
    History { pauses: BTreeSet::from([Pause { first: day(first), last: day(last) }]), ..history }
}

fn repaired(history: History, date: u64, made_on: u64) -> History {
    History { repairs: BTreeMap::from([(day(date), noon(made_on))]), ..history }
}

fn reckon(history: &History, today: u64) -> Reckoning {
    Reckoning::compute(StreakKind::MoodLogging, history, utc(), noon(today)).unwrap()
}

fn standing(history: &History, today: u64) -> (StreakState, u32, u32) {
    let streak = reckon(history, today).streak;
    (streak.state, streak.current, streak.freezes_held)
}

#[test]
fn seven_days_in_a_row_earn_a_freeze_which_a_missed_day_uses() {
    let history = of(0..7);
    assert_eq!(standing(&history, 6), (StreakState::Active, 7, 1));
    assert_eq!(standing(&history, 7), (StreakState::AtRisk, 7, 1));
    let frozen = reckon(&history, 8);
    assert_eq!(standing(&history, 8), (StreakState::Frozen, 7, 0));
    assert_eq!(frozen.day(day(7)), Some(DayState::Frozen));
    assert_eq!(frozen.day(day(8)), None, "today isn't over");
    assert_eq!(
        [0, 6, 7, 8, 9].map(|offset| frozen.number_of(day(offset))),
        [Some(1), Some(7), None, None, None]
    );
    assert_eq!(standing(&history, 9), (StreakState::Broken, 0, 0));
    let went_on = of((0..7).chain([8]));
    assert_eq!(standing(&went_on, 8), (StreakState::Active, 8, 0), "a frozen day makes it no longer");
}

#[test]
fn two_freezes_are_the_most_and_hold_two_days() {
    let history = of(0..40);
    assert_eq!(standing(&history, 39), (StreakState::Active, 40, 2));
    assert_eq!(standing(&history, 42), (StreakState::Frozen, 40, 0));
    assert_eq!(standing(&history, 43), (StreakState::Broken, 0, 0));
    let streak = reckon(&history, 39).streak;
    assert_eq!(streak.deadline, Some(utc().end_of(day(40))));
    assert_eq!(streak.breaks_at, Some(utc().end_of(day(42))));
}

#[test]
fn a_bought_freeze_holds_a_day_as_an_earned_one_does() {
    let history = History { bought: BTreeMap::from([(day(1), 1)]), ..of(0..2) };
    assert_eq!(standing(&history, 1), (StreakState::Active, 2, 1));
    assert_eq!(standing(&history, 3), (StreakState::Frozen, 2, 0));
    assert_eq!(standing(&history, 4), (StreakState::Broken, 0, 0));
    let too_many = History { bought: BTreeMap::from([(day(1), 9)]), ..of(0..2) };
    assert_eq!(standing(&too_many, 1).2, MAX_FREEZES);
}

#[test]
fn nothing_is_needed_in_a_pause_and_what_happens_counts_all_the_same() {
    let history = paused(of(0..3), 3, 9);
    assert_eq!(standing(&history, 5), (StreakState::Paused, 3, 0));
    assert_eq!(standing(&history, 10), (StreakState::AtRisk, 3, 0));
    assert_eq!(standing(&history, 11), (StreakState::Broken, 0, 0));
    let reckoning = reckon(&history, 5);
    assert_eq!(reckoning.streak.deadline, Some(utc().end_of(day(10))));
    assert_eq!(
        [3, 5, 9, 10].map(|offset| reckoning.day(day(offset))),
        [Some(DayState::Paused), Some(DayState::Paused), Some(DayState::Paused), None,]
    );
    let history = paused(of([0, 1, 2, 5]), 3, 9);
    assert_eq!(standing(&history, 5), (StreakState::Active, 4, 0));
}

#[test]
fn a_freeze_is_kept_over_a_pause() {
    let history = paused(of(0..7), 7, 20);
    assert_eq!(standing(&history, 20), (StreakState::Paused, 7, 1));
    assert_eq!(standing(&history, 22), (StreakState::Frozen, 7, 0));
}

#[test]
fn a_single_missed_day_can_be_repaired_for_a_week() {
    let history = of([0, 1, 2, 4, 5]);
    assert_eq!(reckon(&history, 5).streak.repairable_date, Some(day(3)));
    assert_eq!(reckon(&history, 11).streak.repairable_date, None, "the streak has broken twice since");
    let every_day_until = |today: u64| reckon(&of((0..3).chain(4..=today)), today);
    assert_eq!(every_day_until(10).streak.repairable_date, Some(day(3)));
    assert_eq!(every_day_until(11).streak.repairable_date, None);
    let mended = repaired(history, 3, 5);
    let reckoning = reckon(&mended, 5);
    assert_eq!((reckoning.streak.current, reckoning.day(day(3))), (6, Some(DayState::Repaired)));
}

#[test]
fn two_missed_days_in_a_row_are_beyond_repair() {
    assert_eq!(reckon(&of([0, 1, 2]), 4).streak.repairable_date, Some(day(3)));
    assert_eq!(reckon(&of([0, 1, 2]), 5).streak.repairable_date, None);
    assert_eq!(reckon(&of([0, 1, 2, 5]), 5).streak.repairable_date, None);
}

#[test]
fn there_is_one_repair_in_seven_days() {
    let history = repaired(of([0, 2, 4, 5, 6, 7, 8, 9, 10]), 1, 3);
    assert_eq!(reckon(&history, 9).streak.repairable_date, None);
    assert_eq!(reckon(&history, 10).streak.repairable_date, Some(day(3)));
}

#[test]
fn what_is_taken_as_of_long_ago_joins_no_days_that_are_apart() {
    let history = of([0, 1, 3, 30]);
    let as_of_then = reckon(&history, 1).streak;
    assert_eq!((as_of_then.current, as_of_then.longest), (1, 2));
    assert_eq!(reckon(&of([0, 1, 3]), 2).streak.longest, 2);
}

#[test]
fn days_before_the_first_that_counts_are_nothing() {
    let history = History { bought: BTreeMap::from([(day(0), 1)]), ..of([5, 6]) };
    let reckoning = reckon(&history, 6);
    assert_eq!(
        [4, 5, 6].map(|offset| reckoning.day(day(offset))),
        [None, Some(DayState::Counted), Some(DayState::Counted),]
    );
}

/// One thing that becomes a part of a history.
#[derive(Debug, Clone)]
enum Fact {
    Day(u64),
    Repair(u64),
    Pause(u64, u64),
    Freeze(u64),
}

impl Fact {
    fn join(&self, history: &mut History) {
        match *self {
            Self::Day(date) => {
                history.dates.insert(day(date));
            }
            Self::Repair(date) => {
                history.repairs.insert(day(date), noon(date + 1));
            }
            Self::Pause(first, days) => {
                history.pauses.insert(Pause { first: day(first), last: day(first + days) });
            }
            Self::Freeze(date) => *history.bought.entry(day(date)).or_default() += 1,
        }
    }
}

fn history(facts: &[Fact]) -> History {
    let mut history = History::default();
    for fact in facts {
        fact.join(&mut history);
    }
    history
}

/// What has happened by the end of a day.
fn until(mut history: History, today: u64) -> History {
    history.dates.retain(|date| *date <= day(today));
    history.repairs.retain(|date, _| *date <= day(today));
    history.bought.retain(|date, _| *date <= day(today));
    history
}

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        12 => (0_u64..60).prop_map(Fact::Day),
        1 => (0_u64..60).prop_map(Fact::Repair),
        1 => ((0_u64..60), (0_u64..6)).prop_map(|(first, days)| Fact::Pause(first, days)),
        1 => (0_u64..60).prop_map(Fact::Freeze),
    ]
}

/// Long stretches of days in which some are missing, and a few other facts.
fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let days = prop::collection::vec(prop::bool::weighted(0.85), 60);
    (days, prop::collection::vec(fact(), 0..12)).prop_map(|(days, mut facts)| {
        let counted = (0_u64..).zip(days).filter(|(_, counts)| *counts);
        facts.extend(counted.map(|(date, _)| Fact::Day(date)));
        facts
    })
}

proptest! {
    #[test]
    fn a_streak_does_not_depend_on_the_order_in_which_its_facts_became_known(
        (known, shuffled) in facts().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
        today in 0_u64..70,
    ) {
        let compute = |facts: &[Fact]| {
            Reckoning::compute(StreakKind::Hugging, &history(facts), utc(), noon(today))
        };
        prop_assert_eq!(compute(&known), compute(&shuffled));
    }

    #[test]
    fn whatever_is_added_never_makes_a_streak_shorter(facts in facts(), added in fact(), today in 0_u64..70) {
        let compute = |facts: &[Fact]| {
            let known = until(history(facts), today);
            let reckoning = Reckoning::compute(StreakKind::CheckIn, &known, utc(), noon(today));
            reckoning.map_or((0, 0, false), |Reckoning { streak, .. }| {
                (streak.current, streak.longest, streak.is_running())
            })
        };
        let before = compute(&facts);
        let after = compute(&[facts, vec![added]].concat());
        prop_assert!(after.0 >= before.0 && after.1 >= before.1 && after.2 >= before.2, "{before:?} {after:?}");
    }

    #[test]
    fn never_more_than_two_freezes_are_held_and_the_days_add_up(facts in facts(), today in 0_u64..70) {
        let history = history(&facts);
        let Some(reckoning) = Reckoning::compute(StreakKind::MoodLogging, &history, utc(), noon(today)) else {
            return Ok(());
        };
        let streak = &reckoning.streak;
        prop_assert!(streak.freezes_held <= MAX_FREEZES);
        prop_assert!(streak.current <= streak.longest);
        prop_assert_eq!(streak.is_running(), streak.current > 0);
        prop_assert_eq!(streak.is_running(), streak.started_on.is_some());
        if let Some(started_on) = streak.started_on {
            let since: Vec<_> = (0..130).map(day).filter(|date| *date >= started_on).collect();
            let numbers: Vec<_> = since.iter().filter_map(|date| reckoning.number_of(*date)).collect();
            let in_a_row: Vec<_> = (1..=reckoning.streak.current).collect();
            prop_assert_eq!(numbers, in_a_row);
            let states: Vec<_> = since.iter().filter_map(|date| reckoning.day(*date)).collect();
            prop_assert!(!states.contains(&DayState::Missed));
            let counted = states.iter().filter(|state| matches!(state, DayState::Counted | DayState::Repaired));
            prop_assert_eq!(u32::try_from(counted.count()).unwrap(), streak.current);
        }
    }

    #[test]
    fn a_streak_runs_until_the_instant_at_which_it_breaks_wherever_its_owner_is(
        facts in facts(),
        zone in prop::sample::select(ZONES.to_vec()),
        hour in prop::sample::select(vec![0_u8, 4]),
        start in 0_u64..400,
        today in 0_u64..70,
    ) {
        // The same facts at another time of the year, over the edges of daylight saving.
        let moved = |date: NaiveDate| date + Days::new(start);
        let facts = until(history(&facts), today);
        let history = History {
            dates: facts.dates.into_iter().map(moved).collect(),
            repairs: facts.repairs.into_iter().map(|(date, at)| (moved(date), at)).collect(),
            pauses: facts.pauses.iter().map(|pause| Pause { first: moved(pause.first), last: moved(pause.last) }).collect(),
            bought: facts.bought.into_iter().map(|(date, count)| (moved(date), count)).collect(),
        };
        let calendar = Calendar { zone, day_start: DayStart::parse(hour).unwrap() };
        let at = |now| Reckoning::compute(StreakKind::MoodLogging, &history, calendar, now).map(|found| found.streak);
        let Some(breaks_at) = at(calendar.end_of(moved(day(today))) - TimeDelta::hours(3)).and_then(|streak| streak.breaks_at) else {
            return Ok(());
        };
        let running = at(breaks_at - TimeDelta::microseconds(1)).unwrap();
        prop_assert!(running.is_running());
        prop_assert_eq!(running.breaks_at, Some(breaks_at), "it doesn't depend on when one asks");
        prop_assert!(running.deadline <= Some(breaks_at));
        let broken = at(breaks_at).unwrap();
        prop_assert_eq!((broken.state, broken.current, broken.breaks_at), (StreakState::Broken, 0, None));
        prop_assert_eq!(broken.longest, running.longest);
    }

    #[test]
    fn states_follow_each_other_as_days_pass(dates in prop::collection::btree_set(0_u64..40, 1..40)) {
        use StreakState::{Active, AtRisk, Broken, Frozen};
        let mut before = None;
        for today in 0..50 {
            let known = of(dates.iter().copied().filter(|date| *date <= today));
            let streak = Reckoning::compute(StreakKind::MoodLogging, &known, utc(), noon(today)).map(|found| found.streak);
            if let (Some(before), Some(streak)) = (&before, &streak) {
                let Streak { state, .. } = before;
                let may_follow: &[StreakState] = match state {
                    Active => &[Active, AtRisk],
                    // The day that was at risk went by: it counted in the end, a freeze held it, or the streak broke.
                    AtRisk | Frozen => &[Active, Frozen, Broken],
                    _ => &[Active, Broken],
                };
                prop_assert!(may_follow.contains(&streak.state), "{:?} after {state:?}", streak.state);
            }
            before = streak;
        }
    }
}
