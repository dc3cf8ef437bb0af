//! Taking a mood away.

use events::moods::MoodDeleted;
use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::{log, moods, mutate, notes};

const DELETE: &str = "mutation($input: DeleteMoodInput!) {
    deleteMood(input: $input) { deletedId mood { id revision } errors { code path } }
}";

#[tokio::test]
async fn a_mood_that_is_taken_away_is_gone_and_told_of() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 2, "note": "stays", "tags": ["a"] })).await;
    let mood = log(&client, json!({ "score": 2, "note": "goes", "tags": ["a", "b"] })).await;
    let gone = mutate(&client, DELETE, json!({ "id": mood["id"], "revision": 1 })).await;
    assert_eq!(gone, json!({ "deletedId": mood["id"], "mood": null, "errors": [] }));
    assert_eq!(notes(&moods(&client, json!({ "user": ada })).await), ["stays"]);
    let told = app.events::<MoodDeleted>().await;
    assert_eq!(
        told.iter().map(|event| event.mood_id.to_string()).collect::<Vec<_>>(),
        [mood["id"].as_str().unwrap()]
    );

    let again = mutate(&client, DELETE, json!({ "id": mood["id"] })).await;
    assert_eq!(again["errors"], json!([{ "code": "MOOD_NOT_FOUND", "path": ["input", "id"] }]));
    app.finish().await;
}

#[tokio::test]
async fn a_mood_that_has_changed_since_is_not_taken_away() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let mood = log(&client, json!({ "score": 2 })).await;
    let update = "mutation($input: UpdateMoodInput!) { updateMood(input: $input) { mood { id } } }";
    mutate(&client, update, json!({ "id": mood["id"], "revision": 1, "score": 3 })).await;
    let refused = mutate(&client, DELETE, json!({ "id": mood["id"], "revision": 1 })).await;
    let expected = json!({
        "deletedId": null, "mood": { "id": mood["id"], "revision": 2 },
        "errors": [{ "code": "REVISION_CONFLICT", "path": ["input", "revision"] }],
    });
    assert_eq!(refused, expected);
    let whatever = mutate(&client, DELETE, json!({ "id": mood["id"] })).await;
    assert_eq!(whatever["deletedId"], mood["id"]);
    app.finish().await;
}

#[tokio::test]
async fn nobody_takes_away_a_mood_of_somebody_else() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let mood = log(&app.as_user(ada), json!({ "score": 2, "note": "hers", "visibility": "PUBLIC" })).await;
    let stranger = app.as_user(app.new_user());
    for id in [mood["id"].clone(), json!("nonsense")] {
        let refused = mutate(&stranger, DELETE, json!({ "id": id })).await;
        assert_eq!(
            (&refused["deletedId"], &refused["errors"][0]["code"]),
            (&Value::Null, &json!("MOOD_NOT_FOUND"))
        );
    }
    assert_eq!(
        app.anonymous().failure(DELETE, json!({ "input": { "id": mood["id"] } })).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(notes(&moods(&app.as_user(ada), json!({ "user": ada })).await), ["hers"]);
    app.finish().await;
}
