//! Local days: the date an instant belongs to, and the instants a date spans.
//!
//! A day of someone in `zone` whose day starts at `start_hour` is labelled `date(local time − start_hour)`
//! and runs from `start_hour` on that date to `start_hour` on the next, whatever daylight saving does in between.

use chrono::{
    DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// The hour, 0 to 23, at which somebody's day starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayStart(u8);

impl DayStart {
    pub const MIDNIGHT: Self = Self(0);

    /// `None` when `hour` is over 23.
    pub fn parse(hour: u8) -> Option<Self> {
        (hour < 24).then_some(Self(hour))
    }

    pub fn hour(self) -> u8 {
        self.0
    }
}

/// Whose days begin when: a zone, and the hour at which days start there. In UTC at midnight, for those who haven't said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calendar {
    pub zone: Tz,
    pub day_start: DayStart,
}

/// A text that is no zone, or an hour that no day starts at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no day starts at {hour} in `{timezone}`")]
pub struct CalendarError {
    timezone: String,
    hour: i64,
}

impl Calendar {
    pub fn parse(timezone: &str, hour: i64) -> Result<Self, CalendarError> {
        let zone = timezone.parse().ok();
        let day_start = u8::try_from(hour).ok().and_then(DayStart::parse);
        let (Some(zone), Some(day_start)) = (zone, day_start) else {
            return Err(CalendarError { timezone: timezone.to_owned(), hour });
        };
        Ok(Self { zone, day_start })
    }

    /// The local date that `instant` belongs to.
    pub fn date_of(self, instant: DateTime<Utc>) -> NaiveDate {
        local_date(instant, self.zone, self.day_start)
    }

    /// The first instant after the local day `date`.
    pub fn end_of(self, date: NaiveDate) -> DateTime<Utc> {
        end_of(date, self.zone, self.day_start)
    }
}

/// The local date that `instant` belongs to.
pub fn local_date(instant: DateTime<Utc>, zone: Tz, start: DayStart) -> NaiveDate {
    let instant = instant.naive_utc();
    let local = instant.checked_add_offset(zone.offset_from_utc_datetime(&instant).fix());
    let local = local.and_then(|local| local.checked_sub_signed(TimeDelta::hours(i64::from(start.0))));
    // Before the first day or after the last that there is, the date is as near as can be.
    local.unwrap_or(instant).date()
}

/// The first instant of the local day `date`.
pub fn start_of(date: NaiveDate, zone: Tz, start: DayStart) -> DateTime<Utc> {
    first_instant(date.and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(start.0)), zone)
}

/// The first instant after the local day `date`.
pub fn end_of(date: NaiveDate, zone: Tz, start: DayStart) -> DateTime<Utc> {
    date.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| start_of(next, zone, start))
}

/// The instant at which `local` is first reached in `zone`. A time that daylight saving skips is reached when
/// the gap ends; gaps are whole multiples of fifteen minutes and never longer than a day (Samoa, 2011).
pub fn first_instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let mut candidate = Some(local);
    for _ in 0..=(25 * 4) {
        let Some(time) = candidate else { break };
        match zone.from_local_datetime(&time) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                return instant.with_timezone(&Utc);
            }
            LocalResult::None => candidate = time.checked_add_signed(TimeDelta::minutes(15)),
        }
    }
    Utc.from_utc_datetime(&local)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_past_midnight_belongs_to_yesterday_when_the_day_starts_at_four() {
        let start = DayStart::parse(4).unwrap();
        let zone = chrono_tz::Asia::Kathmandu;
        assert_eq!(local_date(at("2026-03-01T19:15:00Z"), zone, start), date("2026-03-01"));
        assert_eq!(local_date(at("2026-03-01T19:15:00Z"), zone, DayStart::MIDNIGHT), date("2026-03-02"));
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_starts_when_the_gap_ends() {
        // Beirut goes from 00:00 to 01:00 on 2025-03-30, Santiago on 2025-09-07.
        assert_eq!(
            start_of(date("2025-03-30"), chrono_tz::Asia::Beirut, DayStart::MIDNIGHT),
            at("2025-03-29T22:00:00Z")
        );
        assert_eq!(
            start_of(date("2025-09-07"), chrono_tz::America::Santiago, DayStart::MIDNIGHT),
            at("2025-09-07T04:00:00Z")
        );
    }

    #[test]
    fn a_day_with_a_repeated_hour_lasts_longer() {
        let zone = chrono_tz::America::New_York;
        let day = date("2025-11-02");
        let length = end_of(day, zone, DayStart::MIDNIGHT) - start_of(day, zone, DayStart::MIDNIGHT);
        assert_eq!(length, TimeDelta::hours(25));
        let zone = chrono_tz::Australia::Lord_Howe;
        let day = date("2025-04-06");
        let length = end_of(day, zone, DayStart::MIDNIGHT) - start_of(day, zone, DayStart::MIDNIGHT);
        assert_eq!(length, TimeDelta::minutes(24 * 60 + 30));
    }

    #[test]
    fn at_the_ends_of_time_there_is_a_nearest_day_and_a_nearest_instant() {
        let start = DayStart::parse(4).unwrap();
        for zone in [chrono_tz::UTC, chrono_tz::Pacific::Kiritimati, chrono_tz::Pacific::Pago_Pago] {
            for (instant, date) in
                [(DateTime::<Utc>::MIN_UTC, NaiveDate::MIN), (DateTime::<Utc>::MAX_UTC, NaiveDate::MAX)]
            {
                let nearest = local_date(instant, zone, start);
                assert!((nearest - date).num_days().abs() <= 1, "{nearest}");
                assert!(start_of(date, zone, start) <= end_of(date, zone, start));
                first_instant(instant.naive_utc(), zone);
            }
        }
    }

    proptest! {
        #[test]
        fn every_instant_lies_within_its_own_day(
            seconds in 1_577_836_800_i64..1_893_456_000,
            zone in prop::sample::select(vec![
                chrono_tz::America::New_York, chrono_tz::Australia::Lord_Howe, chrono_tz::America::Santiago,
                chrono_tz::Asia::Beirut, chrono_tz::Asia::Kathmandu, chrono_tz::UTC,
            ]),
            hour in prop::sample::select(vec![0_u8, 4]),
        ) {
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let start = DayStart::parse(hour).unwrap();
            let day = local_date(instant, zone, start);
            // A repeated hour may straddle the start of a day: such an instant keeps the date on its clock face.
            let slack = TimeDelta::hours(1);
            prop_assert!(start_of(day, zone, start) - slack <= instant);
            prop_assert!(instant < end_of(day, zone, start) + slack);
        }
    }
}
