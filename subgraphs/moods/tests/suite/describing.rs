//! What a mood is described with, and found by.

use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::{HISTORY, log, moods, mutate, notes};

#[tokio::test]
async fn the_vocabulary_is_the_same_for_everybody() {
    let app = TestApp::start::<Moods>().await;
    let query = "{ moodVocabulary { labels { code name } associations { code name } mostPerMood } }";
    let vocabulary = app.anonymous().data(query, json!({})).await["moodVocabulary"].take();
    assert_eq!(vocabulary["labels"].as_array().map(Vec::len), Some(38));
    assert_eq!(vocabulary["associations"].as_array().map(Vec::len), Some(18));
    assert_eq!(vocabulary["labels"][0], json!({ "code": "amazed", "name": "Amazed" }));
    assert_eq!(vocabulary["associations"][12], json!({ "code": "selfCare", "name": "Self-Care" }));
    app.finish().await;
}

#[tokio::test]
async fn each_part_of_a_filter_narrows_the_history() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let create =
        "mutation($input: CreateCustomMoodInput!) { createCustomMood(input: $input) { customMood { id } } }";
    let cosy =
        mutate(&client, create, json!({ "name": "Cosy", "score": 4 })).await["customMood"]["id"].take();
    let inputs = [
        json!({ "score": 1, "note": "a", "labels": ["sad", "drained"], "tags": ["Work"] }),
        json!({ "score": 3, "note": "b", "associations": ["work", "money"], "kind": "DAILY" }),
        json!({ "score": 4, "note": "c", "labels": ["content"], "tags": ["tea", "work"], "customMoodId": cosy }),
        json!({ "score": 5, "note": "d", "labels": ["drained"], "associations": ["fitness"] }),
    ];
    for input in inputs {
        app.clock.advance(chrono::TimeDelta::minutes(1));
        log(&client, input).await;
    }
    for (filter, expected) in [
        (json!({}), vec!["d", "c", "b", "a"]),
        (json!({ "kind": "DAILY" }), vec!["b"]),
        (json!({ "lowestScore": 3, "highestScore": 4 }), vec!["c", "b"]),
        (json!({ "labels": ["drained"] }), vec!["d", "a"]),
        (json!({ "labels": ["sad", "content"] }), vec!["c", "a"]),
        (json!({ "associations": ["fitness", "money"] }), vec!["d", "b"]),
        (json!({ "tags": ["WORK"] }), vec!["c", "a"]),
        (json!({ "tags": ["tea", "nowhere"] }), vec!["c"]),
        (json!({ "customMoodId": cosy }), vec!["c"]),
        (json!({ "hasNote": true, "labels": ["drained"], "highestScore": 2 }), vec!["a"]),
        (json!({ "hasNote": false }), vec![]),
    ] {
        let page = moods(&client, json!({ "user": ada, "filter": filter })).await;
        assert_eq!(notes(&page), expected, "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_filter_that_says_nothing_sensible_is_the_clients_mistake() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    for filter in [
        json!({ "labels": ["gloomy"] }),
        json!({ "associations": ["sad"] }),
        json!({ "lowestScore": 9 }),
        json!({ "tags": [""] }),
        json!({ "customMoodId": "nonsense" }),
    ] {
        let variables = json!({ "user": ada, "filter": filter });
        assert_eq!(app.as_user(ada).failure(HISTORY, variables).await, "BAD_USER_INPUT", "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_filter_finds_nothing_that_may_not_be_seen() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    log(&app.as_user(ada), json!({ "score": 1, "note": "hidden", "tags": ["t"] })).await;
    log(&app.as_user(ada), json!({ "score": 1, "note": "shown", "tags": ["t"], "visibility": "PUBLIC" }))
        .await;
    let stranger = app.as_user(app.new_user());
    for filter in [json!({ "tags": ["t"] }), json!({ "highestScore": 1 }), json!({ "hasNote": true })] {
        let page = moods(&stranger, json!({ "user": ada, "filter": filter })).await;
        assert_eq!(notes(&page), ["shown"], "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn descriptions_are_changed_as_a_whole_and_taken_away_by_nothing() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let create =
        "mutation($input: CreateCustomMoodInput!) { createCustomMood(input: $input) { customMood { id } } }";
    let cosy =
        mutate(&client, create, json!({ "name": "Cosy", "score": 4 })).await["customMood"]["id"].take();
    let input = json!({ "score": 3, "labels": ["sad"], "associations": ["work"], "tags": ["a"] });
    let id = log(&client, input).await["id"].clone();
    let update = "mutation($input: UpdateMoodInput!) {
        updateMood(input: $input) {
            mood { labels associations tags revision customMood { name } }
            errors { code path }
        }
    }";
    let change = json!({ "id": id, "revision": 1, "labels": ["calm", "happy"], "associations": [], "customMoodId": cosy });
    let changed = mutate(&client, update, change).await;
    let expected = json!({
        "labels": ["calm", "happy"], "associations": [], "tags": ["a"], "revision": 2, "customMood": { "name": "Cosy" },
    });
    assert_eq!(changed["mood"], expected);
    let cleared =
        mutate(&client, update, json!({ "id": id, "revision": 2, "customMoodId": null, "tags": [] })).await;
    assert_eq!((&cleared["mood"]["customMood"], &cleared["mood"]["tags"]), (&Value::Null, &json!([])));
    let same = mutate(&client, update, json!({ "id": id, "revision": 3, "labels": ["calm", "happy"] })).await;
    assert_eq!(same["mood"]["revision"], json!(3));
    let refused = mutate(&client, update, json!({ "id": id, "revision": 3, "labels": ["gloomy"] })).await;
    assert_eq!(refused["errors"], json!([{ "code": "LABEL_UNKNOWN", "path": ["input", "labels", "0"] }]));
    app.finish().await;
}
