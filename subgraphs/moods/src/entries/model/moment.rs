//! When an entry happened, and which of its owner's days that was.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clock::day::{self, DayStart};
use serde::Serializer;

use crate::entries::error::InputError;

/// How far back an entry may lie.
pub(crate) const MAX_YEARS_BACK: u32 = 10;
/// A client's clock may run ahead by this much.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::minutes(1);

/// An instant, and the local date it was given for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) day_start: DayStart,
    pub(crate) local_date: NaiveDate,
}

impl Moment {
    pub(crate) fn new(occurred_at: DateTime<Utc>, zone: Tz, day_start: DayStart) -> Self {
        Self { occurred_at, zone, day_start, local_date: day::local_date(occurred_at, zone, day_start) }
    }
}

/// Reads an IANA name.
pub(crate) fn zone(name: &str) -> Result<Tz, InputError> {
    name.parse().map_err(|_| InputError::UnknownTimeZone)
}

/// An instant that an entry logged `now` may have.
pub(crate) fn occurred_at(instant: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, InputError> {
    if instant > now + MAX_CLOCK_SKEW {
        return Err(InputError::OccurredInFuture);
    }
    if instant < now - Months::new(12 * MAX_YEARS_BACK) {
        return Err(InputError::OccurredTooEarly);
    }
    Ok(to_microseconds(instant))
}

/// What the databases keep of an instant; a leap second becomes the second after it.
pub(crate) fn to_microseconds(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(crate) fn zone_name<S: Serializer>(zone: &Option<Tz>, serializer: S) -> Result<S::Ok, S::Error> {
    match zone {
        Some(zone) => serializer.serialize_some(zone.name()),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_lies_between_ten_years_ago_and_a_minute_ahead() {
        let now = at("2026-03-01T12:00:00Z");
        assert_eq!(occurred_at(at("2026-03-01T12:01:00Z"), now), Ok(at("2026-03-01T12:01:00Z")));
        assert_eq!(occurred_at(at("2026-03-01T12:01:01Z"), now), Err(InputError::OccurredInFuture));
        assert_eq!(occurred_at(at("2016-03-01T12:00:00Z"), now), Ok(at("2016-03-01T12:00:00Z")));
        assert_eq!(occurred_at(at("2016-03-01T11:59:59Z"), now), Err(InputError::OccurredTooEarly));
    }

    #[test]
    fn an_instant_is_kept_in_microseconds_and_without_leap_seconds() {
        let now = at("2017-01-02T00:00:00Z");
        assert_eq!(
            occurred_at(at("2017-01-01T10:00:00.123456789Z"), now),
            Ok(at("2017-01-01T10:00:00.123456Z"))
        );
        assert_eq!(occurred_at(at("2016-12-31T23:59:60.5Z"), now), Ok(at("2017-01-01T00:00:00.500Z")));
    }

    #[test]
    fn only_iana_names_are_zones() {
        assert_eq!(zone("America/New_York"), Ok(Tz::America__New_York));
        for unknown in ["", "Mars/Olympus", "+02:00", "america/new_york"] {
            assert_eq!(zone(unknown), Err(InputError::UnknownTimeZone), "{unknown}");
        }
    }
}
