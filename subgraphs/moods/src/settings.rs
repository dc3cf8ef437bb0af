//! Where somebody's days begin and end, unless an entry says otherwise: a projection of `users`' settings.

pub(crate) mod events;
pub(crate) mod store;

use chrono_tz::Tz;
use clock::day::DayStart;

/// A zone, and the hour at which the day starts there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DaySettings {
    pub(crate) zone: Tz,
    pub(crate) day_start: DayStart,
}

impl Default for DaySettings {
    /// What holds for people who haven't set anything.
    fn default() -> Self {
        Self { zone: Tz::UTC, day_start: DayStart::MIDNIGHT }
    }
}

/// A text that is no zone, or an hour that no day starts at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no day starts at {hour} in `{timezone}`")]
pub(crate) struct DaySettingsError {
    timezone: String,
    hour: i64,
}

impl DaySettings {
    pub(crate) fn parse(timezone: &str, hour: i64) -> Result<Self, DaySettingsError> {
        let zone = timezone.parse().ok();
        let day_start = u8::try_from(hour).ok().and_then(DayStart::parse);
        let (Some(zone), Some(day_start)) = (zone, day_start) else {
            return Err(DaySettingsError { timezone: timezone.to_owned(), hour });
        };
        Ok(Self { zone, day_start })
    }
}
