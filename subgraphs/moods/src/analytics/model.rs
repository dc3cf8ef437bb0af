//! What is asked: of which period, of which measure, in whose days.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use statistics::Bounds;

use crate::entries::model::content;

/// The longest window, in days: ten years and a few leap days.
pub(crate) const MAX_DAYS: i64 = 3_654;

/// What a value of an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Measure {
    Score,
    Valence,
    Energy,
}

impl Measure {
    /// What it is called where it must never be called anything else.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Valence => "valence",
            Self::Energy => "energy",
        }
    }

    /// The ends of its scale.
    pub(crate) fn bounds(self) -> Bounds {
        match self {
            Self::Score => {
                Bounds { min: f64::from(content::LOWEST_SCORE), max: f64::from(content::HIGHEST_SCORE) }
            }
            Self::Valence | Self::Energy => Bounds { min: -1.0, max: 1.0 },
        }
    }

    /// What counts as an acute change: half of the scale, which is two points of a score.
    pub(crate) fn acute(self) -> f64 {
        let Bounds { min, max } = self.bounds();
        (max - min) / 2.0
    }
}

/// How the series are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) measure: Measure,
    /// Days and hours are taken anew in this zone; as they were frozen with each entry when it is `None`.
    pub(crate) zone: Option<Tz>,
}

/// A period whose ends may be left open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Period {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
}

/// Local dates from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PeriodError {
    #[error("`to` is before `from`")]
    Backwards,
    #[error("at most {MAX_DAYS} days are analysed at once")]
    TooLong,
}

impl Window {
    pub(crate) fn parse(from: NaiveDate, to: NaiveDate) -> Result<Self, PeriodError> {
        match (to - from).num_days() {
            ..0 => Err(PeriodError::Backwards),
            0..MAX_DAYS => Ok(Self { from, to }),
            _ => Err(PeriodError::TooLong),
        }
    }

    pub(crate) fn days(self) -> u64 {
        (self.to - self.from).num_days().unsigned_abs() + 1
    }

    /// The window that is as long and ends the day before this one begins.
    pub(crate) fn before(self) -> Self {
        let back = |date: NaiveDate| date.checked_sub_days(Days::new(self.days())).unwrap_or(date);
        Self { from: back(self.from), to: back(self.to) }
    }

    pub(crate) fn contains(self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_ends_on_or_after_the_day_it_begins_and_has_ten_years_at_most() {
        let day = date("2026-03-01");
        assert_eq!(Window::parse(day, day).map(Window::days), Ok(1));
        assert_eq!(Window::parse(day, date("2026-02-28")), Err(PeriodError::Backwards));
        assert!(Window::parse(date("2016-03-01"), day).is_ok());
        assert_eq!(Window::parse(date("2016-02-01"), day), Err(PeriodError::TooLong));
    }

    #[test]
    fn the_window_before_is_as_long_and_adjacent() {
        let window = Window::parse(date("2026-02-01"), date("2026-02-28")).unwrap();
        assert_eq!(window.before(), Window { from: date("2026-01-04"), to: date("2026-01-31") });
    }

    #[test]
    fn half_of_the_scale_is_an_acute_change() {
        assert!((Measure::Score.acute() - 2.0).abs() < f64::EPSILON);
        assert!((Measure::Valence.acute() - 1.0).abs() < f64::EPSILON);
    }
}
