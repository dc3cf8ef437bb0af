//! Taking along one's moods.

use chrono::TimeDelta;
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Part, TestApp, lines_of};

use crate::{log, mutate};

const PART: Part = Part("moods");
const CUSTOM: &str = "mutation($input: CreateCustomMoodInput!) {
    createCustomMood(input: $input) { customMood { id } errors { code path } } }";

#[tokio::test]
async fn what_somebody_wrote_comes_out_as_they_wrote_it() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let client = app.as_user(ada);
    let custom = json!({ "name": "seaside", "score": 4, "emoji": "🌊", "valence": 0.5 });
    let custom = mutate(&client, CUSTOM, custom).await["customMood"]["id"].take();
    let input = json!({ "score": 4, "note": "by the sea,\nwith Bo", "tags": ["Sea", "Bo"], "labels": ["happy"],
        "valence": 0.25, "customMoodId": custom, "visibility": "FOLLOWERS" });
    let mood = log(&client, input).await["id"].take();
    log(&client, json!({ "score": 1 })).await;
    log(&app.as_user(bo), json!({ "score": 5, "note": "not hers" })).await;

    let export = app.request_export(ada).await;
    let page = PART.page(&client, export, &Value::Null).await;
    let lines = lines_of(&page);
    let first = lines.iter().find(|line| line["id"] == mood).unwrap();
    for (field, value) in [
        ("type", json!("mood")),
        ("kind", json!("MOMENT")),
        ("score", json!(4)),
        ("valence", json!(0.25)),
        ("energy", Value::Null),
        ("labels", json!(["happy"])),
        ("customMoodId", custom),
        ("note", json!("by the sea,\nwith Bo")),
        ("tags", json!(["Sea", "Bo"])),
        ("occurredAt", json!("2026-03-01T12:00:00Z")),
        ("localDate", json!("2026-03-01")),
        ("visibility", json!("FOLLOWERS")),
    ] {
        assert_eq!(first[field], value, "{field} of {first:#}");
    }
    assert!(first.get("noteKey").is_none(), "{first:#}");
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["mood", "mood", "tag", "tag", "customMood"]);
    assert!(!page["content"].as_str().unwrap().contains("not hers"));
    assert_eq!(app.completed_exports().await, [json!([export, ada, 5])]);
    app.finish().await;
}

#[tokio::test]
async fn many_moods_come_in_pages_each_mood_once() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let mut logged = Vec::new();
    for number in 0..205 {
        app.clock.advance(TimeDelta::minutes(1));
        let note = format!("number {number}");
        logged.push(log(&client, json!({ "score": 3, "note": note, "tags": ["walk"] })).await["id"].take());
    }
    let export = app.request_export(ada).await;
    let first = PART.page(&client, export, &Value::Null).await;
    let second = PART.page(&client, export, &first["next"]).await;
    assert_eq!(
        (&first["entries"], &second["entries"], &second["next"]),
        (&json!(200), &json!(6), &Value::Null)
    );
    let both: Vec<Value> = [lines_of(&first), lines_of(&second)].concat();
    let moods: Vec<Value> =
        both.iter().filter(|line| line["type"] == "mood").map(|line| line["id"].clone()).collect();
    assert_eq!(moods, logged);
    assert_eq!(both[204]["tags"], json!(["walk"]));
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    log(&app.as_user(ada), json!({ "score": 3, "note": "mine" })).await;
    PART.assert_its_owners_while_it_lasts(&app, ada, bo).await;
    app.finish().await;
}
