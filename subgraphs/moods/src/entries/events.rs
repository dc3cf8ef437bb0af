//! What is told of entries: that they are there, and for which day. Never what they say.

use events::moods::{MoodDeleted, MoodLogged, MoodUpdated};

use super::model::MoodEntry;

pub(super) fn logged(entry: &MoodEntry) -> MoodLogged {
    MoodLogged {
        mood_id: entry.id,
        user_id: entry.user_id,
        local_date: entry.moment.local_date,
        timezone: entry.moment.zone.name().to_owned(),
        day_start_hour: entry.moment.day_start.hour(),
        visibility: entry.visibility,
    }
}

pub(super) fn updated(entry: &MoodEntry) -> MoodUpdated {
    MoodUpdated {
        mood_id: entry.id,
        user_id: entry.user_id,
        local_date: entry.moment.local_date,
        timezone: entry.moment.zone.name().to_owned(),
        day_start_hour: entry.moment.day_start.hour(),
        visibility: entry.visibility,
    }
}

pub(super) fn deleted(entry: &MoodEntry) -> MoodDeleted {
    MoodDeleted {
        mood_id: entry.id,
        user_id: entry.user_id,
        local_date: entry.moment.local_date,
        timezone: entry.moment.zone.name().to_owned(),
        day_start_hour: entry.moment.day_start.hour(),
        visibility: entry.visibility,
    }
}
