//! Presence by heartbeats.

use chrono::TimeDelta;
use ids::UserId;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use testkit::{Client, TestApp, eventually};

use crate::client::{app, beat, block, follow, person, refusal, set_privacy};

const FORGOTTEN_AFTER: TimeDelta = TimeDelta::seconds(45);

/// Presence and last seen of somebody, as a client sees them.
async fn seen(client: &Client, user: UserId) -> (Value, Value) {
    let query = "query($id: ID!) { user(id: $id) { presence lastSeenAt } }";
    let mut answer = client.data(query, json!({ "id": user })).await["user"].take();
    (answer["presence"].take(), answer["lastSeenAt"].take())
}

async fn pair(app: &TestApp) -> (UserId, UserId) {
    (person(app, "ada", "Ada").await, person(app, "bo", "Bo").await)
}

#[tokio::test]
async fn somebody_is_there_while_a_connection_says_so() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let viewer = app.as_user(bo);
    assert_eq!(seen(&viewer, ada).await, (json!("OFFLINE"), Value::Null));
    let answer = beat(&app.as_user(ada), "tab-1", false).await;
    assert_eq!(answer, json!({ "presence": "ONLINE", "nextWithinSeconds": 15, "errors": [] }));
    let at = json!("2026-03-01T12:00:00+00:00");
    assert_eq!(seen(&viewer, ada).await, (json!("ONLINE"), at.clone()));
    app.clock.advance(FORGOTTEN_AFTER - TimeDelta::seconds(1));
    assert_eq!(seen(&viewer, ada).await, (json!("ONLINE"), at.clone()));
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(seen(&viewer, ada).await, (json!("OFFLINE"), at));
    app.finish().await;
}

#[tokio::test]
async fn of_several_connections_the_liveliest_counts() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let (client, viewer) = (app.as_user(ada), app.as_user(bo));
    beat(&client, "laptop", false).await;
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(beat(&client, "phone", true).await["presence"], "ONLINE");
    app.clock.advance(TimeDelta::seconds(15));
    assert_eq!(seen(&viewer, ada).await.0, "AWAY", "the laptop is gone");
    assert_eq!(beat(&client, "phone", false).await["presence"], "ONLINE");
    assert_eq!(beat(&client, "phone", true).await["presence"], "AWAY");
    app.finish().await;
}

#[tokio::test]
async fn when_somebody_left_is_written_down_in_the_background() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    beat(&app.as_user(ada), "tab-1", false).await;
    app.clock.advance(FORGOTTEN_AFTER * 2);
    eventually("the connection to be forgotten", || async {
        let count = Statement::from_string(app.db.backend(), "SELECT COUNT(*) AS n FROM connections");
        let row = app.db.reader().query_one_raw(count).await.expect("a count").expect("a row");
        (row.try_get::<i64>("", "n").expect("a number") == 0).then_some(())
    })
    .await;
    let at = json!("2026-03-01T12:00:00+00:00");
    assert_eq!(seen(&app.as_user(bo), ada).await, (json!("OFFLINE"), at));
    app.finish().await;
}

#[tokio::test]
async fn who_hides_their_presence_sees_nobody_elses() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let (adas, bos) = (app.as_user(ada), app.as_user(bo));
    beat(&adas, "tab", false).await;
    beat(&bos, "tab", false).await;
    set_privacy(&adas, json!({ "presence": "NOBODY" })).await;
    assert!(seen(&bos, ada).await.0.is_null());
    assert!(seen(&adas, bo).await.0.is_null());
    assert_eq!(seen(&adas, ada).await.0, "ONLINE", "oneself one sees");
    // That she is there now doesn't show in when she was last seen, either.
    assert!(seen(&bos, ada).await.1.is_null());
    app.clock.advance(FORGOTTEN_AFTER);
    assert_eq!(seen(&bos, ada).await.1, "2026-03-01T12:00:00+00:00");
    set_privacy(&bos, json!({ "lastSeen": "NOBODY" })).await;
    assert!(seen(&bos, ada).await.1.is_null());
    assert!(seen(&adas, bo).await.1.is_null());
    app.finish().await;
}

#[tokio::test]
async fn who_hides_their_presence_gives_nothing_away_by_closing_one_of_two_windows() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let (adas, bos) = (app.as_user(ada), app.as_user(bo));
    set_privacy(&adas, json!({ "presence": "NOBODY" })).await;
    beat(&adas, "one", false).await;
    app.clock.advance(TimeDelta::seconds(30));
    beat(&adas, "other", false).await;
    app.clock.advance(TimeDelta::seconds(15));
    assert_eq!(seen(&bos, ada).await, (Value::Null, Value::Null));
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(seen(&bos, ada).await, (Value::Null, json!("2026-03-01T12:00:30+00:00")));
    app.finish().await;
}

#[tokio::test]
async fn presence_for_those_whom_one_follows_takes_both_to_show_it() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let (adas, bos) = (app.as_user(ada), app.as_user(bo));
    beat(&adas, "tab", false).await;
    beat(&bos, "tab", false).await;
    set_privacy(&adas, json!({ "presence": "FOLLOWED", "lastSeen": "FOLLOWED" })).await;
    assert_eq!(seen(&bos, ada).await, (Value::Null, Value::Null));
    assert!(seen(&adas, bo).await.0.is_null(), "who doesn't show it doesn't see it");
    // That Bo follows Ada changes nothing: she shows it to those whom she follows.
    follow(&app, bo, ada).await;
    assert!(seen(&bos, ada).await.0.is_null());
    follow(&app, ada, bo).await;
    assert_eq!(seen(&bos, ada).await.0, "ONLINE");
    assert_eq!(seen(&adas, bo).await.0, "ONLINE");
    set_privacy(&bos, json!({ "presence": "NOBODY" })).await;
    assert!(seen(&adas, bo).await.0.is_null());
    assert!(seen(&bos, ada).await.0.is_null());
    app.finish().await;
}

#[tokio::test]
async fn strangers_and_the_blocked_see_nothing() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    beat(&app.as_user(ada), "tab", false).await;
    assert_eq!(seen(&app.anonymous(), ada).await, (Value::Null, Value::Null));
    block(&app, ada, bo).await;
    assert_eq!(seen(&app.as_user(bo), ada).await, (Value::Null, Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn a_sign_of_life_takes_a_viewer_and_a_plain_connection_id() {
    let app = app().await;
    let (ada, _) = pair(&app).await;
    for id in ["", "a b", "\u{0}", &"x".repeat(65)] {
        let payload = beat(&app.as_user(ada), id, false).await;
        assert_eq!(refusal(&payload), "CONNECTION_ID_INVALID");
        assert!(payload["presence"].is_null());
    }
    let mutation = r#"mutation { heartbeat(input: {connectionId: "a"}) { presence } }"#;
    assert_eq!(app.anonymous().failure(mutation, json!({})).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn one_person_has_room_for_some_connections_not_for_any_number() {
    let app = app().await;
    let (ada, _) = pair(&app).await;
    for number in 0..40 {
        beat(&app.as_user(ada), &format!("tab-{number}"), false).await;
    }
    let count = Statement::from_string(app.db.backend(), "SELECT COUNT(*) AS n FROM connections");
    let row = app.db.reader().query_one_raw(count).await.expect("a count").expect("a row");
    assert_eq!(row.try_get::<i64>("", "n").expect("a number"), 16);
    app.finish().await;
}
