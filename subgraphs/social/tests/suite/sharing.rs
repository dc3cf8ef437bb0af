//! Things to share, and posts of them.

use chrono::NaiveDate;
use events::{
    hugs::{HugCancelled, HugSent},
    moods::{MoodDeleted, MoodLogged, MoodUpdated, MoodVisibility},
    streaks::{BadgeAwarded, StreakBroken, StreakExtended, StreakKind},
};
use ids::{HugId, HugTypeId, MoodId, UserId};
use serde_json::{Value, json};
use testkit::TestApp;

pub(crate) const CREATE: &str = "mutation C($i: CreatePostInput!) { createPost(input: $i) {
    post { id text visibility } errors { code path } } }";

/// A mood that `owner` logs.
pub(crate) async fn mood(app: &TestApp, owner: UserId, visibility: MoodVisibility) -> MoodId {
    let mood_id = MoodId::at(app.foundation.clock.now());
    let (local_date, timezone) = (NaiveDate::default(), "UTC".to_owned());
    let logged = MoodLogged { mood_id, user_id: owner, local_date, timezone, day_start_hour: 0, visibility };
    app.tell(&logged).await;
    mood_id
}

pub(crate) async fn change_mood(app: &TestApp, mood_id: MoodId, owner: UserId, visibility: MoodVisibility) {
    let (local_date, timezone) = (NaiveDate::default(), "UTC".to_owned());
    let updated =
        MoodUpdated { mood_id, user_id: owner, local_date, timezone, day_start_hour: 0, visibility };
    app.tell(&updated).await;
}

pub(crate) async fn delete_mood(app: &TestApp, mood_id: MoodId, owner: UserId) {
    let (local_date, timezone) = (NaiveDate::default(), "UTC".to_owned());
    let visibility = MoodVisibility::Public;
    let deleted =
        MoodDeleted { mood_id, user_id: owner, local_date, timezone, day_start_hour: 0, visibility };
    app.tell(&deleted).await;
}

/// A hug that `sender` sends.
pub(crate) async fn hug(app: &TestApp, sender: UserId, recipient: UserId, anonymous: bool) -> HugId {
    send(app, sender, recipient, anonymous, None).await
}

/// A hug that `sender` sends back for one whose sender they don't know, who is `recipient`.
pub(crate) async fn return_unknown(
    app: &TestApp,
    sender: UserId,
    recipient: UserId,
    returned: HugId,
) -> HugId {
    send(app, sender, recipient, true, Some(returned)).await
}

async fn send(
    app: &TestApp,
    sender: UserId,
    recipient: UserId,
    anonymous: bool,
    returns: Option<HugId>,
) -> HugId {
    let now = app.foundation.clock.now();
    let sent = HugSent {
        hug_id: HugId::at(now),
        type_id: HugTypeId::at(now),
        sender_id: sender,
        recipient_id: recipient,
        request_id: None,
        returns,
        anonymous,
        quietly: false,
        sent_at: now,
    };
    app.tell(&sent).await;
    sent.hug_id
}

pub(crate) async fn cancel_hug(app: &TestApp, hug_id: HugId, sender: UserId, recipient: UserId) {
    let cancelled_at = app.foundation.clock.now();
    app.tell(&HugCancelled { hug_id, sender_id: sender, recipient_id: recipient, cancelled_at }).await;
}

pub(crate) async fn extend_streak(app: &TestApp, user_id: UserId, days: u32) {
    let (kind, last_date) = (StreakKind::MoodLogging, NaiveDate::default());
    app.tell(&StreakExtended { user_id, kind, current: days, longest: days, last_date }).await;
}

pub(crate) async fn break_streak(app: &TestApp, user_id: UserId, days: u32) {
    let (kind, last_date) = (StreakKind::MoodLogging, NaiveDate::default());
    app.tell(&StreakBroken { user_id, kind, days, longest: days, last_date }).await;
}

pub(crate) async fn award(app: &TestApp, user_id: UserId, badge: &str) {
    let awarded_at = app.foundation.clock.now();
    app.tell(&BadgeAwarded { user_id, badge: badge.to_owned(), awarded_at }).await;
}

/// What comes of trying to share.
pub(crate) async fn share(app: &TestApp, author: UserId, input: Value) -> Value {
    app.as_user(author).data(CREATE, json!({ "i": input })).await["createPost"].take()
}

/// The id of a post of a mood of the same visibility.
pub(crate) async fn post(app: &TestApp, author: UserId, visibility: &str) -> String {
    let of_mood = match visibility {
        "PUBLIC" => MoodVisibility::Public,
        "FOLLOWERS" => MoodVisibility::Followers,
        _ => MoodVisibility::Private,
    };
    let mood = mood(app, author, of_mood).await;
    shared(app, author, json!({ "moodId": mood.to_string(), "visibility": visibility })).await
}

/// The id of a post that must come to be.
pub(crate) async fn shared(app: &TestApp, author: UserId, input: Value) -> String {
    let payload = share(app, author, input).await;
    assert_eq!(payload["errors"], json!([]), "sharing was refused");
    payload["post"]["id"].as_str().expect("an id").to_owned()
}

/// The code of the refusal.
pub(crate) async fn refused(app: &TestApp, author: UserId, input: Value) -> String {
    let payload = share(app, author, input).await;
    assert_eq!(payload["post"], Value::Null);
    payload["errors"][0]["code"].as_str().expect("a refusal").to_owned()
}

/// Fields of a post as `client` sees them; null when they don't see it.
pub(crate) async fn see_post(client: &testkit::Client, id: &str, fields: &str) -> Value {
    let query = format!("query P($id: ID!) {{ post(id: $id) {{ {fields} }} }}");
    client.data(&query, json!({ "id": id })).await["post"].take()
}

/// The ids of a root field's posts.
pub(crate) async fn feed(client: &testkit::Client, field: &str) -> Vec<String> {
    let answer = client.data(&format!("{{ {field} {{ edges {{ node {{ id }} }} }} }}"), json!({})).await;
    let name = field.split('(').next().expect("a name");
    ids(&answer[name])
}

pub(crate) fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}
