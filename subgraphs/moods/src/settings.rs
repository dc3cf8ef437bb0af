//! Where somebody's days begin and end, and who may see their moods, unless an entry says otherwise: a projection of `users`'
//! settings.

pub(crate) mod events;
pub(crate) mod store;

use chrono_tz::Tz;
use clock::day::DayStart;

use crate::entries::model::MoodVisibility;

/// What holds for entries of somebody's of which they don't say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) days: DaySettings,
    pub(crate) visibility: MoodVisibility,
}

impl Default for Settings {
    /// What holds for people who haven't set anything.
    fn default() -> Self {
        Self { days: DaySettings::default(), visibility: MoodVisibility::Private }
    }
}

impl Settings {
    /// As far as they can be relied upon: while news of them wait, their owner may just have made their moods private.
    pub(crate) fn relied_upon(self, are_current: bool) -> Self {
        if are_current { self } else { Self { visibility: MoodVisibility::Private, ..self } }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moods_are_private_while_news_of_the_settings_wait() {
        let days = DaySettings { zone: Tz::Asia__Kathmandu, day_start: DayStart::MIDNIGHT };
        let settings = Settings { days, visibility: MoodVisibility::Public };
        assert_eq!(settings.relied_upon(true), settings);
        assert_eq!(settings.relied_upon(false), Settings { days, visibility: MoodVisibility::Private });
    }
}
