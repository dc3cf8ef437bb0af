//! Changing a mood.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::log;

const UPDATE: &str = "mutation($input: UpdateMoodInput!) {
    updateMood(input: $input) {
        mood { id score valence energy kind labels associations tags note occurredAt timezone localDate visibility revision user { id } }
        errors { code path }
    }
}";

async fn update(client: &Client, input: Value) -> (Value, Value) {
    let mut data = client.data(UPDATE, json!({ "input": input })).await;
    (data["updateMood"]["mood"].take(), data["updateMood"]["errors"].take())
}

#[tokio::test]
async fn only_what_is_said_changes() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let input = json!({ "score": 2, "valence": 0.5, "energy": 0.5, "note": "before", "tags": ["a"] });
    let mut expected = log(&client, input).await;
    let change = json!({ "id": expected["id"], "revision": 1, "score": 4, "note": null, "tags": ["b"] });
    let (mood, errors) = update(&client, change).await;
    expected["score"] = json!(4);
    expected["note"] = Value::Null;
    expected["tags"] = json!(["b"]);
    expected["revision"] = json!(2);
    assert_eq!((mood, errors), (expected.clone(), json!([])));

    let clear = json!({ "id": expected["id"], "revision": 2, "valence": null, "visibility": "PUBLIC", "kind": "DAILY" });
    let (mood, _) = update(&client, clear).await;
    assert_eq!((&mood["valence"], &mood["energy"]), (&Value::Null, &json!(0.5)));
    assert_eq!((&mood["visibility"], &mood["kind"]), (&json!("PUBLIC"), &json!("DAILY")));
    app.finish().await;
}

#[tokio::test]
async fn a_mood_that_is_redated_belongs_to_another_day() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2, "occurredAt": "2026-03-01T02:00:00Z" })).await;
    assert_eq!(mood["localDate"], json!("2026-03-01"));
    let redate = json!({ "id": mood["id"], "revision": 1, "occurredAt": "2026-02-20T02:00:00Z" });
    let (redated, _) = update(&client, redate).await;
    assert_eq!(redated["localDate"], json!("2026-02-20"));
    let move_away = json!({ "id": mood["id"], "revision": 2, "timezone": "America/New_York" });
    let (moved, _) = update(&client, move_away).await;
    assert_eq!(moved["localDate"], json!("2026-02-19"));
    app.finish().await;
}

#[tokio::test]
async fn a_change_made_on_an_old_revision_is_refused_with_the_entry_as_it_is() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2 })).await;
    let (newer, _) = update(&client, json!({ "id": mood["id"], "revision": 1, "note": "first" })).await;
    let (current, errors) =
        update(&client, json!({ "id": mood["id"], "revision": 1, "note": "second" })).await;
    assert_eq!(errors, json!([{ "code": "REVISION_CONFLICT", "path": ["input", "revision"] }]));
    assert_eq!(current, newer);
    app.finish().await;
}

#[tokio::test]
async fn of_changes_that_race_one_wins() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2 })).await;
    let racing = (1..=8).map(|number| {
        let input = json!({ "id": mood["id"], "revision": 1, "note": format!("racer {number}") });
        update(&client, input)
    });
    let outcomes = futures::future::join_all(racing).await;
    let winners: Vec<_> = outcomes.iter().filter(|(_, errors)| errors == &json!([])).collect();
    assert_eq!(winners.len(), 1, "{outcomes:#?}");
    assert!(outcomes.iter().all(|(current, _)| current == &winners[0].0), "{outcomes:#?}");
    app.finish().await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_makes_no_revision() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2, "note": "same" })).await;
    let same = json!({ "id": mood["id"], "revision": 1, "score": 2, "note": " same " });
    assert_eq!(update(&client, same).await, (mood, json!([])));
    assert_eq!(app.envelopes().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_mood_of_somebody_else_is_as_missing_as_one_that_never_was() {
    let app = TestApp::start::<Moods>().await;
    let mood = log(&app.as_user(app.new_user()), json!({ "score": 2, "visibility": "PUBLIC" })).await;
    let stranger = app.as_user(app.new_user());
    let missing = json!([{ "code": "MOOD_NOT_FOUND", "path": ["input", "id"] }]);
    for id in [mood["id"].clone(), json!("mood_00000000000000000000000000000000"), json!("nonsense")] {
        let answer = update(&stranger, json!({ "id": id, "revision": 1, "score": 5 })).await;
        assert_eq!(answer, (Value::Null, missing.clone()));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_is_checked_like_a_new_mood() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2 })).await;
    let cases = [
        (json!({ "score": 6 }), "SCORE_OUT_OF_RANGE"),
        (json!({ "valence": 3 }), "VALENCE_OUT_OF_RANGE"),
        (json!({ "occurredAt": "2026-03-02T00:00:00Z" }), "OCCURRED_IN_FUTURE"),
        (json!({ "timezone": "nowhere" }), "UNKNOWN_TIME_ZONE"),
        (json!({ "note": "n".repeat(4001) }), "NOTE_TOO_LONG"),
    ];
    for (mut input, code) in cases {
        input["id"] = mood["id"].clone();
        input["revision"] = json!(1);
        let (unchanged, errors) = update(&client, input).await;
        assert_eq!((unchanged, &errors[0]["code"]), (Value::Null, &json!(code)));
    }
    let input = json!({ "input": { "id": mood["id"], "revision": 1 } });
    assert_eq!(app.anonymous().failure(UPDATE, input).await, "UNAUTHENTICATED");
    app.finish().await;
}
