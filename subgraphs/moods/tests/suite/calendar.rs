//! A year in pixels.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::log;

const CALENDAR: &str = "query($user: ID!, $from: LocalDate!, $to: LocalDate!) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User { moodCalendar(from: $from, to: $to) { user { id } date entries score lowest highest } }
    }
}";

async fn calendar(client: &Client, user: impl serde::Serialize, from: &str, to: &str) -> Value {
    let variables = json!({ "user": user, "from": from, "to": to });
    client.data(CALENDAR, variables).await["_entities"][0]["moodCalendar"].take()
}

#[tokio::test]
async fn each_day_shows_what_it_was_like_and_days_without_moods_are_left_out() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    for (at, score, kind) in [
        ("2026-02-26T23:59:59Z", 5, "MOMENT"),
        ("2026-02-27T00:00:00Z", 1, "MOMENT"),
        ("2026-02-27T12:00:00Z", 2, "MOMENT"),
        ("2026-02-27T18:00:00Z", 4, "DAILY"),
        ("2026-03-01T08:00:00Z", 2, "MOMENT"),
        ("2026-03-01T09:00:00Z", 3, "MOMENT"),
    ] {
        log(&client, json!({ "score": score, "occurredAt": at, "kind": kind })).await;
    }
    log(&app.as_user(app.new_user()), json!({ "score": 1, "visibility": "PUBLIC" })).await;
    let expected = json!([
        { "user": { "id": ada }, "date": "2026-02-27", "entries": 3, "score": 4.0, "lowest": 1, "highest": 4 },
        { "user": { "id": ada }, "date": "2026-03-01", "entries": 2, "score": 2.5, "lowest": 2, "highest": 3 },
    ]);
    assert_eq!(calendar(&client, ada, "2026-02-27", "2026-03-01").await, expected);
    app.finish().await;
}

#[tokio::test]
async fn others_see_the_days_of_what_is_shared_with_them_and_count_nothing_else() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    log(&app.as_user(ada), json!({ "score": 1 })).await;
    log(&app.as_user(ada), json!({ "score": 1, "visibility": "FOLLOWERS" })).await;
    let bo = app.as_user(app.new_user());
    assert_eq!(calendar(&bo, ada, "2026-03-01", "2026-03-01").await, json!([]));
    log(&app.as_user(ada), json!({ "score": 4, "visibility": "PUBLIC" })).await;
    let shared = json!([{
        "user": { "id": ada }, "date": "2026-03-01", "entries": 1, "score": 4.0, "lowest": 4, "highest": 4,
    }]);
    assert_eq!(calendar(&bo, ada, "2026-03-01", "2026-03-01").await, shared);
    assert_eq!(calendar(&app.anonymous(), ada, "2026-03-01", "2026-03-01").await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_range_that_is_none_is_the_clients_mistake() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    for (from, to) in
        [("2026-03-02", "2026-03-01"), ("2025-01-01", "2026-01-02"), ("2026-02-30", "2026-03-01")]
    {
        let variables = json!({ "user": ada, "from": from, "to": to });
        assert_eq!(app.as_user(ada).failure(CALENDAR, variables).await, "BAD_USER_INPUT");
    }
    app.finish().await;
}
