//! Weekdays, and parts of the day, against each other.

use async_graphql::{Enum, SimpleObject};
use chrono::NaiveDate;
use statistics::Levels;

use super::basis::{Basis, MoodPermutation, Outcome, on, outcome, statistic, whole};
use crate::analytics::{Analysis, series::day_number};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// By its number, 0 being Monday.
    pub(crate) fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A quarter of the local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "statistics::PartOfDay")]
pub(crate) enum PartOfDay {
    /// From midnight to before 6.
    Night,
    /// From 6 to before 12.
    Morning,
    /// From 12 to before 18.
    Afternoon,
    /// From 18 to midnight.
    Evening,
}

/// A weekday against the others.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodWeekday {
    /// Which weekday.
    weekday: Weekday,
    /// The mean of its days.
    mean: f64,
    /// Its mean minus the mean of all.
    deviation: f64,
    /// How probable so large a deviation of its ranks is when weekdays don't matter.
    p: f64,
    /// `p` adjusted by Holm for there being several weekdays.
    adjusted_p: f64,
    /// How many days.
    n: i32,
}

/// A part of the day against the others.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodPartOfDay {
    /// Which part.
    part_of_day: PartOfDay,
    /// The mean of its moods.
    mean: f64,
    /// Its mean minus the mean of all.
    deviation: f64,
    /// How probable so large a deviation of its ranks is when the part of the day doesn't matter.
    p: f64,
    /// `p` adjusted by Holm for there being several parts.
    adjusted_p: f64,
    /// How many moods.
    n: i32,
}

statistic! {
    /// Whether weekdays differ.
    MoodWeekdays {
        /// The mean of the days of these weekdays.
        mean: f64,
        /// Kruskal and Wallis' H; null when every day has the same value.
        h: Option<f64>,
        /// How probable so large an H is when weekdays don't matter; null with H.
        test: Option<MoodPermutation>,
        /// Each weekday with at least four days.
        weekdays: Vec<MoodWeekday>,
    }
}
outcome! {
    /// The weekdays, unless fewer than three have at least four days.
    MoodWeekdaysResult = MoodWeekdays
}

statistic! {
    /// Whether parts of the day differ.
    MoodPartsOfDay {
        /// The mean of the moods of these parts.
        mean: f64,
        /// Kruskal and Wallis' H; null when every mood has the same value.
        h: Option<f64>,
        /// How probable so large an H is when the part of the day doesn't matter; null with H.
        test: Option<MoodPermutation>,
        /// Each part with at least four moods.
        parts_of_day: Vec<MoodPartOfDay>,
    }
}
outcome! {
    /// The parts of the day, unless fewer than three have at least four moods.
    MoodPartsOfDayResult = MoodPartsOfDay
}

/// The number of some Monday.
pub(crate) fn a_monday() -> i32 {
    day_number(NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default())
}

pub(super) fn weekdays(analysis: &Analysis) -> Outcome<MoodWeekdays> {
    let levels = statistics::weekday(&analysis.series.daily, a_monday())?;
    let weekday = |level: &statistics::Level<u8>| {
        Some(MoodWeekday {
            weekday: Weekday::of(level.level)?,
            mean: level.mean,
            deviation: level.deviation,
            p: level.p,
            adjusted_p: level.adjusted_p,
            n: whole(level.n),
        })
    };
    let Levels { levels: found, mean, h, p, .. } = &levels;
    Ok(on!(
        Basis::of(analysis, &levels),
        MoodWeekdays {
            mean: *mean,
            h: *h,
            test: p.map(MoodPermutation::from),
            weekdays: found.iter().filter_map(weekday).collect(),
        }
    ))
}

pub(super) fn parts_of_day(analysis: &Analysis) -> Outcome<MoodPartsOfDay> {
    let levels = statistics::part_of_day(&analysis.series.observations)?;
    let part = |level: &statistics::Level<statistics::PartOfDay>| MoodPartOfDay {
        part_of_day: level.level.into(),
        mean: level.mean,
        deviation: level.deviation,
        p: level.p,
        adjusted_p: level.adjusted_p,
        n: whole(level.n),
    };
    let Levels { levels: found, mean, h, p, .. } = &levels;
    Ok(on!(
        Basis::of(analysis, &levels),
        MoodPartsOfDay {
            mean: *mean,
            h: *h,
            test: p.map(MoodPermutation::from),
            parts_of_day: found.iter().map(part).collect(),
        }
    ))
}
