//! Where somebody's days begin and end, and who may see their moods, unless an entry says otherwise: a projection of `users`'
//! settings.

pub(crate) mod events;
pub(crate) mod store;

use clock::day::Calendar;

use crate::entries::model::MoodVisibility;

/// What holds for entries of somebody's of which they don't say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) days: Calendar,
    pub(crate) visibility: MoodVisibility,
}

impl Default for Settings {
    /// What holds for people who haven't set anything.
    fn default() -> Self {
        Self { days: Calendar::default(), visibility: MoodVisibility::Private }
    }
}

impl Settings {
    /// As far as they can be relied upon: while news of them wait, their owner may just have made their moods private.
    pub(crate) fn relied_upon(self, are_current: bool) -> Self {
        if are_current { self } else { Self { visibility: MoodVisibility::Private, ..self } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moods_are_private_while_news_of_the_settings_wait() {
        let days = Calendar::parse("Asia/Kathmandu", 4).unwrap();
        let settings = Settings { days, visibility: MoodVisibility::Public };
        assert_eq!(settings.relied_upon(true), settings);
        assert_eq!(settings.relied_upon(false), Settings { days, visibility: MoodVisibility::Private });
    }
}
