//! Moods of somebody's own making.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::mutate;

const CREATE: &str = "mutation($input: CreateCustomMoodInput!) {
    createCustomMood(input: $input) { customMood { id name emoji score valence energy archived } errors { code path } }
}";
const UPDATE: &str = "mutation($input: UpdateCustomMoodInput!) {
    updateCustomMood(input: $input) { customMood { id name emoji score valence energy archived } errors { code path } }
}";
const LOG: &str = "mutation($input: LogMoodInput!) {
    logMood(input: $input) { mood { id score customMood { name emoji } } errors { code path } }
}";

/// The names of `user`'s moods; null when they are not for the client to see.
async fn names(client: &Client, user: impl serde::Serialize, archived: Value) -> Value {
    let query = "query($user: ID!, $archived: Boolean) {
        _entities(representations: [{ __typename: \"User\", id: $user }]) {
            ... on User { customMoods(archived: $archived) { name } }
        }
    }";
    let data = client.data(query, json!({ "user": user, "archived": archived })).await;
    let moods = data["_entities"][0]["customMoods"].as_array();
    moods.map_or(Value::Null, |moods| moods.iter().map(|mood| mood["name"].clone()).collect())
}

#[tokio::test]
async fn a_mood_of_ones_own_is_made_and_logged_with() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let input = json!({ "name": " Cosy ", "emoji": "🧣", "score": 4, "valence": 0.5, "energy": -0.5, "idempotencyKey": "k" });
    let mut made = mutate(&client, CREATE, input.clone()).await;
    assert_eq!(mutate(&client, CREATE, input).await, made);
    let id = made["customMood"]["id"].take();
    let expected = json!({
        "id": null, "name": "Cosy", "emoji": "🧣", "score": 4, "valence": 0.5, "energy": -0.5, "archived": false,
    });
    assert_eq!(made["customMood"], expected);
    let logged = mutate(&client, LOG, json!({ "score": 4, "customMoodId": id })).await;
    assert_eq!(logged["mood"]["customMood"], json!({ "name": "Cosy", "emoji": "🧣" }));
    let foreign = mutate(&app.as_user(app.new_user()), LOG, json!({ "score": 4, "customMoodId": id })).await;
    assert_eq!(
        foreign["errors"],
        json!([{ "code": "CUSTOM_MOOD_NOT_FOUND", "path": ["input", "customMoodId"] }])
    );
    app.finish().await;
}

#[tokio::test]
async fn an_archived_mood_stays_with_its_entries_and_out_of_the_list() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let cosy =
        mutate(&client, CREATE, json!({ "name": "Cosy", "score": 4 })).await["customMood"]["id"].take();
    mutate(&client, CREATE, json!({ "name": "blue", "score": 2 })).await;
    let logged = mutate(&client, LOG, json!({ "score": 4, "customMoodId": cosy })).await;
    let change = json!({ "id": cosy, "archived": true, "name": "Snug", "emoji": "☕" });
    let changed = mutate(&client, UPDATE, change).await;
    assert_eq!((&changed["customMood"]["archived"], &changed["errors"]), (&json!(true), &json!([])));
    assert_eq!(names(&client, ada, Value::Null).await, json!(["blue"]));
    assert_eq!(names(&client, ada, json!(true)).await, json!(["blue", "Snug"]));
    let query = "query($id: ID!) { mood(id: $id) { customMood { name emoji } } }";
    let read = client.data(query, json!({ "id": logged["mood"]["id"] })).await;
    assert_eq!(read["mood"]["customMood"], json!({ "name": "Snug", "emoji": "☕" }));
    assert_eq!(names(&app.as_user(app.new_user()), ada, json!(true)).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn each_kind_of_bad_input_has_its_code_and_place() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let cosy =
        mutate(&client, CREATE, json!({ "name": "Cosy", "score": 4 })).await["customMood"]["id"].take();
    let blue =
        mutate(&client, CREATE, json!({ "name": "Blue", "score": 2 })).await["customMood"]["id"].take();
    for (input, code, field) in [
        (json!({ "name": "", "score": 4 }), "MOOD_NAME_INVALID", "name"),
        (json!({ "name": "cosy", "score": 4 }), "MOOD_NAME_TAKEN", "name"),
        (json!({ "name": "x", "emoji": "two", "score": 4 }), "EMOJI_INVALID", "emoji"),
        (json!({ "name": "x", "score": 6 }), "SCORE_OUT_OF_RANGE", "score"),
        (json!({ "name": "x", "score": 3, "valence": 2 }), "VALENCE_OUT_OF_RANGE", "valence"),
    ] {
        let refused = mutate(&client, CREATE, input).await;
        assert_eq!(refused["errors"], json!([{ "code": code, "path": ["input", field] }]));
    }
    let taken = mutate(&client, UPDATE, json!({ "id": blue, "name": "COSY" })).await;
    assert_eq!(taken["errors"], json!([{ "code": "MOOD_NAME_TAKEN", "path": ["input", "name"] }]));
    let stranger = app.as_user(app.new_user());
    let missing = mutate(&stranger, UPDATE, json!({ "id": cosy, "score": 1 })).await;
    assert_eq!(missing["errors"], json!([{ "code": "CUSTOM_MOOD_NOT_FOUND", "path": ["input", "id"] }]));
    let input = json!({ "input": { "name": "x", "score": 1 } });
    assert_eq!(app.anonymous().failure(CREATE, input).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn somebody_has_a_hundred_moods_of_their_own_at_most() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for number in 0..100 {
        mutate(&client, CREATE, json!({ "name": format!("mood {number}"), "score": 3 })).await;
    }
    let refused = mutate(&client, CREATE, json!({ "name": "one more", "score": 3 })).await;
    assert_eq!(refused["errors"], json!([{ "code": "TOO_MANY_CUSTOM_MOODS", "path": ["input"] }]));
    app.finish().await;
}
