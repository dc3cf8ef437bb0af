//! Taking along one's moods.

use chrono::TimeDelta;
use events::{auth::UserErased, moods::ExportCompleted};
use ids::ExportId;
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
    let [told] = app.events::<ExportCompleted>().await.try_into().unwrap();
    assert_eq!((told.export_id, told.user_id, told.entries), (export, ada, 5));
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
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let client = app.as_user(ada);
    log(&client, json!({ "score": 3, "note": "mine" })).await;
    let unheard = ExportId::at(app.foundation.ctx().now());
    assert_eq!(PART.page(&client, unheard, &Value::Null).await, Value::Null);
    let export = app.request_export(ada).await;
    for other in [app.as_user(bo), app.anonymous(), app.as_admin(bo)] {
        assert_eq!(PART.page(&other, export, &Value::Null).await, Value::Null);
    }
    assert_eq!(PART.page(&client, export, &Value::Null).await["entries"], 1);
    assert_eq!(
        client.failure(&PART.query(), json!({ "e": export, "after": "nonsense" })).await,
        "BAD_USER_INPUT"
    );
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(PART.page(&client, export, &Value::Null).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn who_is_erased_reads_nothing_and_late_requests_bring_nothing_back() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 3, "note": "mine" })).await;
    let export = app.request_export(ada).await;
    app.tell(&UserErased { user_id: ada, erased_at: app.foundation.ctx().now() }).await;
    assert_eq!(PART.page(&client, export, &Value::Null).await, Value::Null);
    let late = app.request_export(ada).await;
    assert_eq!(PART.page(&client, late, &Value::Null).await, Value::Null);
    assert_eq!(testkit::residue_of(&app.db, ada).await, [""; 0]);
    app.finish().await;
}
