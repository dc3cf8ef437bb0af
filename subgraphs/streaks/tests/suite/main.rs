//! What clients of `streaks` see, on a real database.

mod extending;
mod learning;
mod showing;

use chrono::{DateTime, Utc};
use events::moods::{MoodDeleted, MoodLogged, MoodUpdated, MoodVisibility};
use ids::{MoodId, UserId};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

/// Somebody who logs moods.
#[derive(Clone, Copy)]
pub(crate) struct Logger {
    pub(crate) user_id: UserId,
    pub(crate) timezone: &'static str,
    pub(crate) day_start_hour: u8,
}

impl Logger {
    pub(crate) fn new(app: &TestApp) -> Self {
        Self { user_id: app.new_user(), timezone: "UTC", day_start_hour: 0 }
    }

    /// A new mood of `date`.
    pub(crate) fn logged(self, app: &TestApp, date: &str) -> MoodLogged {
        MoodLogged {
            mood_id: MoodId::at(clock::Clock::now(app.clock.as_ref())),
            user_id: self.user_id,
            local_date: date.parse().expect("a date"),
            timezone: self.timezone.to_owned(),
            day_start_hour: self.day_start_hour,
            visibility: MoodVisibility::Private,
        }
    }
}

/// The same mood, moved to `date`.
pub(crate) fn redated(mood: &MoodLogged, date: &str) -> MoodUpdated {
    let MoodLogged { mood_id, user_id, timezone, day_start_hour, visibility, .. } = mood.clone();
    let local_date = date.parse().expect("a date");
    MoodUpdated { mood_id, user_id, local_date, timezone, day_start_hour, visibility }
}

/// The same mood, taken away.
pub(crate) fn deleted(mood: &MoodLogged) -> MoodDeleted {
    let MoodLogged { mood_id, user_id, local_date, timezone, day_start_hour, visibility } = mood.clone();
    MoodDeleted { mood_id, user_id, local_date, timezone, day_start_hour, visibility }
}

const STREAKS: &str = "query($user: ID!) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User { streaks { kind current longest state deadline lastDate startedOn } }
    }
}";

pub(crate) async fn streaks(client: &Client, user_id: UserId) -> Value {
    client.data(STREAKS, json!({ "user": user_id })).await["_entities"][0]["streaks"].take()
}

/// The one streak of somebody, as they see it.
pub(crate) async fn streak(app: &TestApp, user_id: UserId) -> Value {
    let mut streaks = streaks(&app.as_user(user_id), user_id).await;
    assert_eq!(streaks.as_array().map(Vec::len), Some(1), "{streaks:#}");
    streaks[0].take()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
