//! Badges: what there is, and who has what.

use chrono::{DateTime, TimeDelta, Utc};
use events::streaks::BadgeAwarded;
use ids::UserId;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::client::{app, block, entity, person};

const BADGES: &str = "badges { badge { code name emoji } awardedAt }";

fn now(app: &TestApp) -> DateTime<Utc> {
    clock::Clock::now(&*app.clock)
}

async fn award(app: &TestApp, user_id: UserId, badge: &str, awarded_at: DateTime<Utc>) {
    app.tell(&BadgeAwarded { user_id, badge: badge.to_owned(), awarded_at }).await;
}

async fn codes(client: &testkit::Client, user: UserId) -> Value {
    let mut shown = entity(client, json!({ "id": user }), BADGES).await;
    let awards = shown["badges"].take();
    awards.as_array().map_or(Value::Null, |awards| {
        awards.iter().map(|award| award["badge"]["code"].clone()).collect::<Vec<_>>().into()
    })
}

#[tokio::test]
async fn everybody_sees_which_badges_there_are() {
    let app = app().await;
    let query = "{ badges { code name description emoji } }";
    let all = app.anonymous().data(query, json!({})).await["badges"].take();
    let codes: Vec<_> = all.as_array().unwrap().iter().map(|badge| badge["code"].as_str().unwrap()).collect();
    let expected = [
        "mood-3",
        "mood-7",
        "mood-30",
        "mood-100",
        "mood-365",
        "hug-first",
        "hug-7",
        "hug-30",
        "hug-100",
        "check-in-7",
        "check-in-30",
        "check-in-100",
    ];
    assert_eq!(codes, expected);
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Badge { code emoji } } }";
    let of = |code: &str| json!({ "__typename": "Badge", "code": code });
    let answer = app.anonymous().data(query, json!({ "r": [of("hug-first"), of("hug-never")] })).await;
    assert_eq!(answer, json!({ "_entities": [{ "code": "hug-first", "emoji": "🤗" }, null] }));
    app.finish().await;
}

#[tokio::test]
async fn what_is_awarded_is_shown_once_and_the_first_time_counts() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let first = now(&app);
    award(&app, ada, "mood-7", first + TimeDelta::days(4)).await;
    award(&app, ada, "mood-3", first).await;
    award(&app, ada, "mood-3", first + TimeDelta::days(9)).await;
    award(&app, ada, "of-another-catalogue", first).await;
    let shown = entity(&app.anonymous(), json!({ "id": ada }), BADGES).await;
    assert_eq!(
        shown["badges"],
        json!([
            { "badge": { "code": "mood-3", "name": "Getting to know you", "emoji": "🌱" }, "awardedAt": "2026-03-01T12:00:00+00:00" },
            { "badge": { "code": "mood-7", "name": "A week of moods", "emoji": "🌿" }, "awardedAt": "2026-03-05T12:00:00+00:00" },
        ])
    );
    app.finish().await;
}

#[tokio::test]
async fn an_award_told_twice_or_for_somebody_unheard_of_is_no_trouble() {
    let app = app().await;
    let (ada, stranger) = (person(&app, "ada", "Ada").await, app.new_user());
    let awarded = app.envelope(&BadgeAwarded { user_id: ada, badge: "hug-7".into(), awarded_at: now(&app) });
    app.tell_envelope(awarded.clone()).await;
    app.tell_envelope(awarded).await;
    award(&app, stranger, "hug-7", now(&app)).await;
    assert_eq!(codes(&app.anonymous(), ada).await, json!(["hug-7"]));
    assert_eq!(codes(&app.anonymous(), stranger).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_blocked_pair_sees_no_badges_of_each_other() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    award(&app, ada, "hug-first", now(&app)).await;
    assert_eq!(codes(&app.as_user(bo), ada).await, json!(["hug-first"]));
    block(&app, ada, bo).await;
    assert_eq!(codes(&app.as_user(bo), ada).await, Value::Null);
    app.finish().await;
}
