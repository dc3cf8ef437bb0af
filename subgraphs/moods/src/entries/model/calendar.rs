//! Days with moods: a year in pixels.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::MoodKind;

/// The longest range, in days: a leap year.
pub(crate) const MAX_DAYS: i64 = 366;

/// Local dates from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateRange {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DateRangeError {
    #[error("`to` is before `from`")]
    Backwards,
    #[error("a calendar has at most {MAX_DAYS} days")]
    TooLong,
}

impl DateRange {
    pub(crate) fn parse(from: NaiveDate, to: NaiveDate) -> Result<Self, DateRangeError> {
        match (to - from).num_days() {
            ..0 => Err(DateRangeError::Backwards),
            0..MAX_DAYS => Ok(Self { from, to }),
            _ => Err(DateRangeError::TooLong),
        }
    }
}

/// The entries of one kind on one day, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayCount {
    pub(crate) date: NaiveDate,
    pub(crate) kind: MoodKind,
    pub(crate) entries: i64,
    /// The sum of their scores.
    pub(crate) sum: i64,
    pub(crate) lowest: i16,
    pub(crate) highest: i16,
}

/// What a day was like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalendarDay {
    pub(crate) date: NaiveDate,
    pub(crate) entries: i64,
    /// The mean score of the entries about the whole day; of those about moments, when there is none about the day.
    pub(crate) score: f64,
    pub(crate) lowest: i16,
    pub(crate) highest: i16,
}

/// One day for each date that has entries, in order.
pub(crate) fn days(counts: Vec<DayCount>) -> Vec<CalendarDay> {
    let mut by_date: BTreeMap<NaiveDate, Vec<DayCount>> = BTreeMap::new();
    for count in counts {
        by_date.entry(count.date).or_default().push(count);
    }
    by_date.into_iter().filter_map(|(date, counts)| day(date, &counts)).collect()
}

fn day(date: NaiveDate, counts: &[DayCount]) -> Option<CalendarDay> {
    let about_the_day = counts.iter().find(|count| count.kind == MoodKind::Daily);
    let telling = about_the_day.or(counts.first())?;
    Some(CalendarDay {
        date,
        entries: counts.iter().map(|count| count.entries).sum(),
        score: mean(telling.sum, telling.entries),
        lowest: counts.iter().map(|count| count.lowest).min()?,
        highest: counts.iter().map(|count| count.highest).max()?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "scores of a day don't sum up to 2^53")]
fn mean(sum: i64, count: i64) -> f64 {
    sum as f64 / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
    }

    #[test]
    fn a_range_has_one_day_to_a_leap_year() {
        assert!(DateRange::parse(date(1), date(1)).is_ok());
        assert_eq!(DateRange::parse(date(2), date(1)), Err(DateRangeError::Backwards));
        let year = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        assert!(DateRange::parse(year, NaiveDate::from_ymd_opt(2024, 12, 31).unwrap()).is_ok());
        let longer = DateRange::parse(year, NaiveDate::from_ymd_opt(2025, 1, 1).unwrap());
        assert_eq!(longer, Err(DateRangeError::TooLong));
    }

    #[test]
    fn what_is_said_of_the_whole_day_is_what_the_day_was_like() {
        let count = |kind, entries, sum, lowest, highest| DayCount {
            date: date(1),
            kind,
            entries,
            sum,
            lowest,
            highest,
        };
        let both = days(vec![count(MoodKind::Moment, 3, 6, 1, 4), count(MoodKind::Daily, 2, 9, 4, 5)]);
        assert_eq!(both, [CalendarDay { date: date(1), entries: 5, score: 4.5, lowest: 1, highest: 5 }]);
        let moments = days(vec![count(MoodKind::Moment, 3, 6, 1, 4)]);
        assert_eq!(moments, [CalendarDay { date: date(1), entries: 3, score: 2.0, lowest: 1, highest: 4 }]);
        assert_eq!(days(Vec::new()), []);
    }
}
