//! Streaks across zones, daylight saving and late nights.

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use chrono_tz::Tz;
use clock::day::DayStart;
use proptest::prelude::*;

use super::*;

const ZONES: [Tz; 6] = [
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::America__Santiago,
    Tz::Asia__Beirut,
    Tz::Asia__Kathmandu,
    Tz::UTC,
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar(zone: Tz, hour: u8) -> Calendar {
    Calendar { zone, day_start: DayStart::parse(hour).unwrap() }
}

fn of(dates: impl IntoIterator<Item = NaiveDate>) -> History {
    History { dates: dates.into_iter().collect(), ..History::default() }
}

fn compute(dates: &[NaiveDate], calendar: Calendar, now: DateTime<Utc>) -> Streak {
    Streak::compute(StreakKind::MoodLogging, &of(dates.iter().copied()), calendar, now).unwrap()
}

#[test]
fn who_never_did_anything_has_no_streak() {
    let streak = Streak::compute(
        StreakKind::MoodLogging,
        &History::default(),
        calendar(Tz::UTC, 0),
        at("2026-03-01T12:00:00Z"),
    );
    assert_eq!(streak, None);
}

#[test]
fn a_streak_is_active_then_at_risk_then_broken() {
    let dates = ["2026-02-10", "2026-02-11", "2026-02-12", "2026-02-27", "2026-02-28"].map(date);
    let utc = calendar(Tz::UTC, 0);
    let active = compute(&dates, utc, at("2026-02-28T23:59:59Z"));
    let expected = Streak {
        kind: StreakKind::MoodLogging,
        state: StreakState::Active,
        current: 2,
        longest: 3,
        started_on: Some(date("2026-02-27")),
        last_date: date("2026-02-28"),
        deadline: Some(at("2026-03-02T00:00:00Z")),
        breaks_at: Some(at("2026-03-02T00:00:00Z")),
        freezes_held: 0,
        repairable_date: None,
    };
    assert_eq!(active, expected);
    let at_risk = compute(&dates, utc, at("2026-03-01T00:00:00Z"));
    assert_eq!(at_risk, Streak { state: StreakState::AtRisk, ..expected.clone() });
    let broken = compute(&dates, utc, at("2026-03-02T00:00:00Z"));
    let expected = Streak {
        state: StreakState::Broken,
        current: 0,
        started_on: None,
        deadline: None,
        breaks_at: None,
        repairable_date: Some(date("2026-03-01")),
        ..expected
    };
    assert_eq!(broken, expected);
}

#[test]
fn a_date_that_is_still_tomorrow_here_counts() {
    // Logged in Kiritimati, read in Honolulu: the same instant, a day apart.
    let dates = [date("2026-03-01"), date("2026-03-02")];
    let streak = compute(&dates, calendar(Tz::Pacific__Honolulu, 0), at("2026-03-01T11:00:00Z"));
    assert_eq!((streak.state, streak.current), (StreakState::Active, 2));
}

/// The zone, the hour at which the day starts, the last date that counts, and when its successor ends.
const DEADLINES: [(Tz, u8, &str, &str); 14] = [
    (Tz::UTC, 0, "2026-03-01", "2026-03-03T00:00:00Z"),
    (Tz::UTC, 4, "2026-03-01", "2026-03-03T04:00:00Z"),
    (Tz::Asia__Kathmandu, 0, "2026-03-01", "2026-03-02T18:15:00Z"),
    (Tz::Asia__Kathmandu, 4, "2026-03-01", "2026-03-02T22:15:00Z"),
    // New York: 23 hours on 2026-03-08, 25 hours on 2026-11-01.
    (Tz::America__New_York, 0, "2026-03-07", "2026-03-09T04:00:00Z"),
    (Tz::America__New_York, 4, "2026-03-07", "2026-03-09T08:00:00Z"),
    (Tz::America__New_York, 0, "2026-10-31", "2026-11-02T05:00:00Z"),
    // Lord Howe moves by half an hour: back on 2026-04-05, forward on 2026-10-04.
    (Tz::Australia__Lord_Howe, 0, "2026-04-04", "2026-04-05T13:30:00Z"),
    (Tz::Australia__Lord_Howe, 4, "2026-10-03", "2026-10-04T17:00:00Z"),
    // Santiago: the midnight that begins 2026-09-06 is skipped, the hour before that of 2026-04-05 comes twice.
    (Tz::America__Santiago, 0, "2026-09-04", "2026-09-06T04:00:00Z"),
    (Tz::America__Santiago, 0, "2026-04-03", "2026-04-05T04:00:00Z"),
    // Beirut: the midnight that begins 2026-03-29 is skipped, the hour before that of 2026-10-25 comes twice.
    (Tz::Asia__Beirut, 0, "2026-03-27", "2026-03-28T22:00:00Z"),
    (Tz::Asia__Beirut, 0, "2026-10-23", "2026-10-24T22:00:00Z"),
    (Tz::Asia__Beirut, 4, "2026-03-27", "2026-03-29T01:00:00Z"),
];

#[test]
fn the_deadline_is_the_end_of_the_next_local_day_and_not_an_instant_later() {
    for (zone, hour, last, deadline) in DEADLINES {
        let (calendar, deadline) = (calendar(zone, hour), at(deadline));
        let just_before = compute(&[date(last)], calendar, deadline - TimeDelta::microseconds(1));
        assert_eq!(just_before.deadline, Some(deadline), "{zone} {hour} {last}");
        assert_eq!(just_before.state, StreakState::AtRisk, "{zone} {hour} {last}");
        let then = compute(&[date(last)], calendar, deadline);
        assert_eq!(then.state, StreakState::Broken, "{zone} {hour} {last}");
    }
}

/// The zone, the hour at which the day starts, and the two edges of daylight saving in a year.
const EDGES: [(Tz, u8, &str); 10] = [
    (Tz::America__New_York, 0, "2026-03-08"),
    (Tz::America__New_York, 0, "2026-11-01"),
    (Tz::Australia__Lord_Howe, 0, "2026-04-05"),
    (Tz::Australia__Lord_Howe, 4, "2026-10-04"),
    (Tz::America__Santiago, 0, "2026-04-05"),
    (Tz::America__Santiago, 4, "2026-09-06"),
    (Tz::Asia__Beirut, 0, "2026-03-29"),
    (Tz::Asia__Beirut, 4, "2026-10-25"),
    (Tz::Asia__Kathmandu, 4, "2026-03-08"),
    (Tz::UTC, 0, "2026-03-08"),
];

#[test]
fn logging_a_minute_before_each_day_ends_keeps_a_streak_across_daylight_saving() {
    for (zone, hour, edge) in EDGES {
        let calendar = calendar(zone, hour);
        let days: Vec<_> = (date(edge) - Days::new(3)).iter_days().take(7).collect();
        let logged: Vec<_> =
            days.iter().map(|day| calendar.date_of(calendar.end_of(*day) - TimeDelta::minutes(1))).collect();
        assert_eq!(logged, days, "{zone} {hour} {edge}");
        let streak = compute(&logged, calendar, calendar.end_of(days[6]) - TimeDelta::seconds(1));
        assert_eq!((streak.current, streak.state), (7, StreakState::Active), "{zone} {hour} {edge}");
    }
}

proptest! {
    #[test]
    fn a_streak_never_ends_before_its_deadline_and_always_at_it(
        offset in 0_u64..2_000,
        zone in prop::sample::select(ZONES.to_vec()),
        hour in prop::sample::select(vec![0_u8, 4]),
    ) {
        let (calendar, last) = (calendar(zone, hour), date("2024-01-01") + Days::new(offset));
        let deadline = calendar.end_of(last + Days::new(1));
        let just_before = compute(&[last], calendar, deadline - TimeDelta::microseconds(1));
        prop_assert_eq!((just_before.current, just_before.state), (1, StreakState::AtRisk));
        prop_assert_eq!(compute(&[last], calendar, deadline).state, StreakState::Broken);
    }

    #[test]
    fn a_streak_agrees_with_counting_back_day_by_day(
        offsets in prop::collection::btree_set(0_u64..60, 1..50),
        today in 0_u64..62,
    ) {
        let day = |offset| date("2026-01-01") + Days::new(offset);
        // One day in seven is left out: fewer days in a row earn no freeze.
        let offsets = offsets.into_iter().filter(|offset| offset % 7 != 6);
        let dates: BTreeSet<_> = offsets.map(day).filter(|date| *date <= day(today)).collect();
        let now = day(today).and_hms_opt(12, 0, 0).unwrap().and_utc();
        let streak = Streak::compute(StreakKind::MoodLogging, &of(dates.clone()), calendar(Tz::UTC, 0), now);

        let back_from = |end: NaiveDate| (0..=60).take_while(|back| dates.contains(&(end - Days::new(*back)))).count();
        let (today, yesterday) = (day(today), day(today) - Days::new(1));
        let current = if dates.contains(&today) { back_from(today) } else { back_from(yesterday) };
        let longest = dates.iter().map(|date| back_from(*date)).max().unwrap_or_default();
        let found = streak.map_or((0, 0), |streak| (streak.current, streak.longest));
        prop_assert_eq!(found, (u32::try_from(current).unwrap(), u32::try_from(longest).unwrap()));
    }
}
