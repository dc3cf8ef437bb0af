//! Tags as things of their own.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::{log, moods, mutate, notes};

const CREATE: &str = "mutation($input: CreateMoodTagInput!) {
    createMoodTag(input: $input) { tag { id name entries } errors { code path } }
}";
const RENAME: &str = "mutation($input: RenameMoodTagInput!) {
    renameMoodTag(input: $input) { tag { id name entries } errors { code path } }
}";
const MERGE: &str = "mutation($input: MergeMoodTagsInput!) {
    mergeMoodTags(input: $input) { tag { id name entries } errors { code path } }
}";
const DELETE: &str = "mutation($input: DeleteMoodTagInput!) {
    deleteMoodTag(input: $input) { deletedId errors { code path } }
}";
const TAGS: &str = "query($user: ID!, $first: Int, $after: String) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User {
            moodTags(first: $first, after: $after) {
                edges { node { id name entries } }
                pageInfo { hasNextPage endCursor }
            }
        }
    }
}";

/// The tags of `user`, as names and uses; null when they are not for the client to see.
async fn tags(client: &Client, user: impl serde::Serialize) -> Value {
    let page = client.data(TAGS, json!({ "user": user })).await["_entities"][0]["moodTags"].take();
    page["edges"].as_array().map_or(Value::Null, |edges| {
        edges.iter().map(|edge| json!([edge["node"]["name"], edge["node"]["entries"]])).collect()
    })
}

/// The id of the tag of this name.
async fn id_of(client: &Client, user: impl serde::Serialize, name: &str) -> Value {
    let page = client.data(TAGS, json!({ "user": user })).await["_entities"][0]["moodTags"].take();
    let edges = page["edges"].as_array().expect("a list");
    edges.iter().find(|edge| edge["node"]["name"] == name).expect("the tag")["node"]["id"].clone()
}

fn names(mood: &Value) -> Value {
    mood["tags"].clone()
}

#[tokio::test]
async fn tags_come_with_the_moods_that_have_them_and_keep_their_first_spelling() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 3, "tags": ["Walk", "river"] })).await;
    let second = log(&client, json!({ "score": 3, "tags": ["home", "WALK"] })).await;
    assert_eq!(names(&second), json!(["home", "Walk"]));
    assert_eq!(tags(&client, ada).await, json!([["home", 1], ["river", 1], ["Walk", 2]]));
    assert_eq!(tags(&app.as_user(app.new_user()), ada).await, Value::Null);
    assert_eq!(tags(&app.anonymous(), ada).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_tag_is_made_once_whatever_its_case_and_however_often_it_is_sent() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let first = mutate(&client, CREATE, json!({ "name": " Yoga ", "idempotencyKey": "k" })).await;
    assert_eq!((&first["tag"]["name"], &first["tag"]["entries"]), (&json!("Yoga"), &json!(0)));
    assert_eq!(mutate(&client, CREATE, json!({ "name": " Yoga ", "idempotencyKey": "k" })).await, first);
    for (input, code) in [
        (json!({ "name": "YOGA" }), "TAG_NAME_TAKEN"),
        (json!({ "name": "  " }), "TAG_INVALID"),
        (json!({ "name": "x".repeat(41) }), "TAG_INVALID"),
    ] {
        let refused = mutate(&client, CREATE, input).await;
        assert_eq!(refused["errors"], json!([{ "code": code, "path": ["input", "name"] }]));
    }
    mutate(&app.as_user(app.new_user()), CREATE, json!({ "name": "yoga" })).await;
    assert_eq!(tags(&client, ada).await, json!([["Yoga", 0]]));
    app.finish().await;
}

#[tokio::test]
async fn renaming_a_tag_holds_for_every_mood_that_has_it() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let mood = log(&client, json!({ "score": 3, "tags": ["wrok", "tea"] })).await;
    let id = id_of(&client, ada, "wrok").await;
    let taken = mutate(&client, RENAME, json!({ "id": id, "name": "TEA" })).await;
    assert_eq!(taken["errors"], json!([{ "code": "TAG_NAME_TAKEN", "path": ["input", "name"] }]));
    let renamed = mutate(&client, RENAME, json!({ "id": id, "name": "work" })).await;
    assert_eq!(renamed, json!({ "tag": { "id": id, "name": "work", "entries": 1 }, "errors": [] }));
    let query = "query($id: ID!) { mood(id: $id) { tags revision } }";
    let read = client.data(query, json!({ "id": mood["id"] })).await;
    assert_eq!(read["mood"], json!({ "tags": ["work", "tea"], "revision": 1 }));
    // Its own name in another case is no other tag's.
    let again = mutate(&client, RENAME, json!({ "id": id, "name": "Work" })).await;
    assert_eq!(again["tag"]["name"], json!("Work"));
    app.finish().await;
}

#[tokio::test]
async fn merged_tags_leave_every_mood_with_one_of_them_once() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    for tags in [json!(["run"]), json!(["tea", "jog", "run"]), json!(["jogging", "jog"]), json!(["tea"])] {
        log(&client, json!({ "score": 3, "note": tags.to_string(), "tags": tags })).await;
    }
    let into = id_of(&client, ada, "run").await;
    let from = json!([id_of(&client, ada, "jog").await, id_of(&client, ada, "jogging").await]);
    let merged = mutate(&client, MERGE, json!({ "from": from, "into": into })).await;
    assert_eq!(merged, json!({ "tag": { "id": into, "name": "run", "entries": 3 }, "errors": [] }));
    assert_eq!(tags(&client, ada).await, json!([["run", 3], ["tea", 2]]));
    let page = moods(&client, json!({ "user": ada, "filter": { "tags": ["RUN"] } })).await;
    assert_eq!(notes(&page), [r#"["jogging","jog"]"#, r#"["tea","jog","run"]"#, r#"["run"]"#]);
    app.finish().await;
}

#[tokio::test]
async fn merging_what_is_not_there_changes_nothing() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 3, "tags": ["a", "b"] })).await;
    let (first, second) = (id_of(&client, ada, "a").await, id_of(&client, ada, "b").await);
    let bo = app.new_user();
    log(&app.as_user(bo), json!({ "score": 3, "tags": ["c"] })).await;
    let foreign = id_of(&app.as_user(bo), bo, "c").await;
    for (input, code, path) in [
        (json!({ "from": [first, foreign], "into": second }), "TAG_NOT_FOUND", json!(["input", "from", "1"])),
        (
            json!({ "from": [first, "nonsense"], "into": second }),
            "TAG_NOT_FOUND",
            json!(["input", "from", "1"]),
        ),
        (json!({ "from": [first], "into": foreign }), "TAG_NOT_FOUND", json!(["input", "into"])),
        (json!({ "from": [], "into": second }), "MERGE_INVALID", json!(["input", "from"])),
        (json!({ "from": [first, second], "into": second }), "MERGE_INVALID", json!(["input", "from"])),
    ] {
        let refused = mutate(&client, MERGE, input).await;
        assert_eq!(refused, json!({ "tag": null, "errors": [{ "code": code, "path": path }] }));
    }
    assert_eq!(tags(&client, ada).await, json!([["a", 1], ["b", 1]]));
    app.finish().await;
}

#[tokio::test]
async fn a_tag_that_is_taken_away_leaves_the_moods_that_had_it() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 3, "note": "kept", "tags": ["a", "b"] })).await;
    let id = id_of(&client, ada, "a").await;
    let gone = mutate(&client, DELETE, json!({ "id": id })).await;
    assert_eq!(gone, json!({ "deletedId": id, "errors": [] }));
    assert_eq!(tags(&client, ada).await, json!([["b", 1]]));
    assert_eq!(notes(&moods(&client, json!({ "user": ada })).await), ["kept"]);
    let again = mutate(&client, DELETE, json!({ "id": id })).await;
    assert_eq!(again["errors"], json!([{ "code": "TAG_NOT_FOUND", "path": ["input", "id"] }]));
    app.finish().await;
}

#[tokio::test]
async fn a_list_of_tags_is_read_page_by_page() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    for name in ["e", "B", "d", "a", "C"] {
        mutate(&client, CREATE, json!({ "name": name })).await;
    }
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "user": ada, "first": 2, "after": after });
        let page = client.data(TAGS, variables).await["_entities"][0]["moodTags"].take();
        for edge in page["edges"].as_array().expect("a list") {
            seen.push(edge["node"]["name"].as_str().expect("a name").to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["a", "B", "C", "d", "e"]);
    app.finish().await;
}
