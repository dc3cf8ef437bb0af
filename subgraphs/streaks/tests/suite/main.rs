//! What clients of `streaks` see, on a real database.

mod awards;
mod badges;
mod choices;
mod erasing;
mod exporting;
mod extending;
mod freezing;
mod hugging;
mod leaderboard;
mod learning;
mod live;
mod mood_days;
mod scale;
mod showing;
mod upkeep;

use chrono::{DateTime, Days, NaiveDate, Utc};
use events::{
    hugs::HugSent,
    moods::{MoodDeleted, MoodLogged, MoodUpdated, MoodVisibility},
};
use ids::{HugId, HugTypeId, MoodId, UserId};
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

/// Tells of a mood on each of the `count` days before the first of March, and on that day.
pub(crate) async fn log_days_until_today(app: &TestApp, user_id: UserId, count: u64) {
    let today: NaiveDate = "2026-03-01".parse().expect("a date");
    let logger = Logger { user_id, timezone: "UTC", day_start_hour: 0 };
    for ago in (0..=count).rev() {
        app.tell(&logger.logged(app, &(today - Days::new(ago)).to_string())).await;
    }
}

/// A hug that `sender` sends somebody now.
pub(crate) fn hug(app: &TestApp, sender: UserId) -> HugSent {
    let now = clock::Clock::now(app.clock.as_ref());
    HugSent {
        hug_id: HugId::at(now),
        type_id: HugTypeId::at(now),
        sender_id: sender,
        recipient_id: app.new_user(),
        request_id: None,
        returns: None,
        anonymous: false,
        quietly: false,
        sent_at: now,
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

/// What a mutation of this input answers under its name.
pub(crate) async fn mutate(client: &Client, mutation: &str, input: Value) -> Value {
    let data = client.data(mutation, json!({ "input": input })).await;
    data.as_object().and_then(|fields| fields.values().next()).cloned().expect("an answer")
}

/// The code of the one refusal of a mutation.
pub(crate) async fn refusal(client: &Client, mutation: &str, input: Value) -> Value {
    let mut payload = mutate(client, mutation, input).await;
    assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
    payload["errors"][0]["code"].take()
}

pub(crate) const CHECK_IN: &str = "mutation($input: CheckInInput) {
    checkIn(input: $input) { streak { kind current state } errors { code } }
}";
pub(crate) const REPAIR: &str = "mutation($input: RepairStreakInput!) {
    repairStreak(input: $input) { streak { current state repairableDate } errors { code } }
}";
pub(crate) const PAUSE: &str = "mutation($input: PauseStreakInput!) {
    pauseStreak(input: $input) { streak { current state deadline } errors { code path } }
}";
pub(crate) const RESUME: &str = "mutation($input: ResumeStreakInput!) {
    resumeStreak(input: $input) { streak { current state deadline } errors { code } }
}";
pub(crate) const REDEEM: &str = "mutation($input: RedeemPointsInput!) {
    redeemPoints(input: $input) { streak { freezesHeld } errors { code } }
}";
pub(crate) const TRACK: &str = "mutation($input: SetStreakTrackingInput!) {
    setStreakTracking(input: $input) { settings { tracked showsBadges onLeaderboard } errors { code } }
}";
pub(crate) const CONSENT: &str = "mutation($input: SetLeaderboardConsentInput!) {
    setLeaderboardConsent(input: $input) { settings { onLeaderboard } errors { code } }
}";

/// These fields of somebody, as a client sees them.
pub(crate) async fn of_user(client: &Client, user_id: UserId, fields: &str) -> Value {
    let query = format!(
        "query($user: ID!) {{
            _entities(representations: [{{ __typename: \"User\", id: $user }}]) {{ ... on User {{ {fields} }} }}
        }}"
    );
    client.data(&query, json!({ "user": user_id })).await["_entities"][0].take()
}
