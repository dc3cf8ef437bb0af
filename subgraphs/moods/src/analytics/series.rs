//! Entries as series: pure functions from what was logged to what statistics take.
//!
//! A day's value is the mean of the entries about the whole day; of those about moments, when there is none about the day.
//! What moves within days is taken from the entries about moments alone. A day has a tag, or an association, when any of its
//! entries has it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;
use clock::day::{self, DayStart};
use ids::MoodId;
use statistics::{Daily, Observation};

use super::model::{Measure, Query, Window};
use crate::entries::model::{Association, MoodKind};

/// The most common tags and associations that are looked at; of more, the rarest are left out.
pub(crate) const MAX_FACTORS: usize = 100;

/// As much of an entry as is analysed.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) id: MoodId,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) day_start: DayStart,
    pub(crate) local_date: NaiveDate,
    pub(crate) kind: MoodKind,
    pub(crate) score: f64,
    pub(crate) valence: Option<f64>,
    pub(crate) energy: Option<f64>,
    pub(crate) associations: Vec<Association>,
    /// Their names.
    pub(crate) tags: Vec<String>,
}

/// What a day may have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Factor {
    Association(Association),
    /// By its name.
    Tag(String),
}

/// The days of a factor, and the entries that make them so.
#[derive(Debug, Clone, Default)]
pub(crate) struct Days {
    /// In order.
    pub(crate) days: BTreeSet<i32>,
    pub(crate) entries: Vec<MoodId>,
}

#[derive(Debug, Default)]
pub(crate) struct Series {
    /// Entries about moments, in the order of their days and of time.
    pub(crate) observations: Vec<Observation>,
    /// Which entry each of them is.
    pub(crate) moments: Vec<MoodId>,
    /// One value for each day that has one.
    pub(crate) daily: Vec<Daily>,
    pub(crate) factors: BTreeMap<Factor, Days>,
    /// The entries of each day that has a value.
    pub(crate) entries: BTreeMap<i32, Vec<MoodId>>,
    /// How many entries have a value.
    pub(crate) count: usize,
}

impl Series {
    pub(crate) fn of(logged: Vec<Logged>, query: Query, window: Window) -> Self {
        let mut placed: Vec<Placed> = logged
            .into_iter()
            .filter_map(|entry| Placed::of(entry, query))
            .filter(|placed| window.contains(placed.date))
            .collect();
        placed.sort_by_key(|placed| (placed.date, placed.entry.occurred_at, placed.entry.id));
        let mut series = Self { count: placed.len(), ..Self::default() };
        for of_day in placed.chunk_by(|earlier, later| earlier.date == later.date) {
            series.add_day(of_day);
        }
        series.keep_common_factors();
        series
    }

    fn add_day(&mut self, of_day: &[Placed]) {
        let Some(first) = of_day.first() else { return };
        let day = day_number(first.date);
        let (daily, moments): (Vec<&Placed>, Vec<&Placed>) =
            of_day.iter().partition(|placed| placed.entry.kind == MoodKind::Daily);
        let telling = if daily.is_empty() { &moments } else { &daily };
        self.daily.push(Daily { day, value: mean(telling) });
        let observation = |placed: &&Placed| Observation { day, hour: placed.hour, value: placed.value };
        self.observations.extend(moments.iter().map(observation));
        self.moments.extend(moments.iter().map(|placed| placed.entry.id));
        self.entries.insert(day, of_day.iter().map(|placed| placed.entry.id).collect());
        for placed in of_day {
            let associations = placed.entry.associations.iter().copied().map(Factor::Association);
            let tags = placed.entry.tags.iter().cloned().map(Factor::Tag);
            for factor in associations.chain(tags) {
                let days = self.factors.entry(factor).or_default();
                days.days.insert(day);
                days.entries.push(placed.entry.id);
            }
        }
    }

    fn keep_common_factors(&mut self) {
        if self.factors.len() <= MAX_FACTORS {
            return;
        }
        let mut common: Vec<(usize, Factor)> =
            self.factors.iter().map(|(factor, days)| (days.days.len(), factor.clone())).collect();
        common.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        for (_, factor) in common.split_off(MAX_FACTORS) {
            self.factors.remove(&factor);
        }
    }
}

/// An entry with its value, and its place in the days that are asked for.
struct Placed {
    entry: Logged,
    date: NaiveDate,
    hour: f64,
    value: f64,
}

impl Placed {
    /// `None` when nothing was said of the measure.
    fn of(entry: Logged, query: Query) -> Option<Self> {
        let value = match query.measure {
            Measure::Score => Some(entry.score),
            Measure::Valence => entry.valence,
            Measure::Energy => entry.energy,
        }?;
        let date = match query.zone {
            Some(zone) => day::local_date(entry.occurred_at, zone, entry.day_start),
            None => entry.local_date,
        };
        let local = entry.occurred_at.with_timezone(&query.zone.unwrap_or(entry.zone));
        let hour = f64::from(local.num_seconds_from_midnight()) / 3_600.0;
        Some(Self { entry, date, hour, value })
    }
}

/// A date as statistics count days.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}

/// The date of a day as statistics count them.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "entries of a day are far below 2^53")]
fn mean(placed: &[&Placed]) -> f64 {
    placed.iter().map(|placed| placed.value).sum::<f64>() / placed.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: Query = Query { measure: Measure::Score, zone: None };

    fn logged(at: &str, zone: Tz, day_start: u8, score: f64) -> Logged {
        let occurred_at: DateTime<Utc> = at.parse().unwrap();
        let day_start = DayStart::parse(day_start).unwrap();
        Logged {
            id: MoodId::at(occurred_at),
            occurred_at,
            zone,
            day_start,
            local_date: day::local_date(occurred_at, zone, day_start),
            kind: MoodKind::Moment,
            score,
            valence: None,
            energy: None,
            associations: Vec::new(),
            tags: Vec::new(),
        }
    }

    fn window(from: &str, to: &str) -> Window {
        Window::parse(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    fn days(series: &Series) -> Vec<(String, f64)> {
        series.daily.iter().map(|daily| (date_of(daily.day).to_string(), daily.value)).collect()
    }

    #[test]
    fn what_is_said_of_the_whole_day_is_the_days_value_and_no_observation() {
        let mut about_the_day = logged("2026-01-05T21:00:00Z", Tz::UTC, 0, 5.0);
        about_the_day.kind = MoodKind::Daily;
        let entries = vec![
            logged("2026-01-05T08:00:00Z", Tz::UTC, 0, 1.0),
            about_the_day,
            logged("2026-01-07T08:00:00Z", Tz::UTC, 0, 2.0),
            logged("2026-01-07T06:30:00Z", Tz::UTC, 0, 3.0),
        ];
        let series = Series::of(entries, QUERY, window("2026-01-01", "2026-01-31"));
        assert_eq!(days(&series), [("2026-01-05".to_owned(), 5.0), ("2026-01-07".to_owned(), 2.5)]);
        let hours: Vec<f64> = series.observations.iter().map(|observation| observation.hour).collect();
        assert_eq!(hours, [8.0, 6.5, 8.0]);
        assert_eq!(series.count, 4);
    }

    #[test]
    fn days_are_as_they_were_frozen_unless_a_zone_is_asked_for() {
        // 23:30 on the fifth in New York, 10:15 on the sixth in Kathmandu.
        let entry = logged("2026-01-06T04:30:00Z", Tz::America__New_York, 0, 3.0);
        let frozen = Series::of(vec![entry.clone()], QUERY, window("2026-01-01", "2026-01-31"));
        assert_eq!(days(&frozen)[0].0, "2026-01-05");
        assert!((frozen.observations[0].hour - 23.5).abs() < 1e-9);
        let elsewhere = Query { zone: Some(Tz::Asia__Kathmandu), ..QUERY };
        let taken_anew = Series::of(vec![entry.clone()], elsewhere, window("2026-01-01", "2026-01-31"));
        assert_eq!(days(&taken_anew)[0].0, "2026-01-06");
        assert!((taken_anew.observations[0].hour - 10.25).abs() < 1e-9);
        let outside = Series::of(vec![entry], elsewhere, window("2026-01-01", "2026-01-05"));
        assert_eq!(outside.count, 0);
    }

    #[test]
    fn a_day_that_starts_at_four_holds_what_was_felt_at_three() {
        let entries = vec![
            logged("2026-03-29T01:30:00Z", Tz::Europe__Berlin, 4, 2.0),
            logged("2026-03-29T02:30:00Z", Tz::Europe__Berlin, 4, 4.0),
        ];
        // Half past three, when clocks had just gone forward, and half past four.
        let series = Series::of(entries, QUERY, window("2026-03-01", "2026-03-31"));
        assert_eq!(days(&series), [("2026-03-28".to_owned(), 2.0), ("2026-03-29".to_owned(), 4.0)]);
        assert!((series.observations[0].hour - 3.5).abs() < 1e-9);
    }

    #[test]
    fn an_hour_that_comes_twice_keeps_the_order_of_time() {
        let entries = vec![
            logged("2026-10-25T01:30:00Z", Tz::Europe__Berlin, 0, 5.0),
            logged("2026-10-25T00:30:00Z", Tz::Europe__Berlin, 0, 1.0),
        ];
        let series = Series::of(entries, QUERY, window("2026-10-01", "2026-10-31"));
        let values: Vec<(f64, f64)> = series.observations.iter().map(|one| (one.hour, one.value)).collect();
        assert_eq!(values, [(2.5, 1.0), (2.5, 5.0)]);
    }

    #[test]
    fn entries_that_say_nothing_of_a_measure_are_not_counted_for_it() {
        let mut entry = logged("2026-01-05T08:00:00Z", Tz::UTC, 0, 1.0);
        entry.energy = Some(-0.5);
        let entries = vec![entry, logged("2026-01-06T08:00:00Z", Tz::UTC, 0, 5.0)];
        let energy = Query { measure: Measure::Energy, zone: None };
        let series = Series::of(entries, energy, window("2026-01-01", "2026-01-31"));
        assert_eq!(days(&series), [("2026-01-05".to_owned(), -0.5)]);
    }

    #[test]
    fn a_day_has_what_any_of_its_entries_has() {
        let mut tagged = logged("2026-01-05T08:00:00Z", Tz::UTC, 0, 1.0);
        tagged.tags = vec!["tea".to_owned()];
        let entries = vec![
            tagged.clone(),
            Logged { occurred_at: "2026-01-05T09:00:00Z".parse().unwrap(), ..tagged },
            logged("2026-01-06T08:00:00Z", Tz::UTC, 0, 1.0),
        ];
        let series = Series::of(entries, QUERY, window("2026-01-01", "2026-01-31"));
        let tea = &series.factors[&Factor::Tag("tea".to_owned())];
        assert_eq!((tea.days.len(), tea.entries.len()), (1, 2));
    }

    #[test]
    fn of_too_many_factors_the_rarest_are_left_out() {
        let entries = (0..u32::try_from(MAX_FACTORS).unwrap() + 5).map(|number| {
            let mut entry = logged("2026-01-05T08:00:00Z", Tz::UTC, 0, 1.0);
            entry.tags = vec![format!("tag {number:03}")];
            entry
        });
        let mut twice = logged("2026-01-06T08:00:00Z", Tz::UTC, 0, 1.0);
        twice.tags = vec!["tag 104".to_owned()];
        let entries = entries.chain([twice]).collect();
        let series = Series::of(entries, QUERY, window("2026-01-01", "2026-01-31"));
        assert_eq!(series.factors.len(), MAX_FACTORS);
        assert!(series.factors.contains_key(&Factor::Tag("tag 104".to_owned())));
    }
}
