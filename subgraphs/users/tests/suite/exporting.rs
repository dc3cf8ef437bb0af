//! Taking along what one says of oneself.

use chrono::TimeDelta;
use events::{
    auth::{ExportRequested, UserErased},
    users::ExportCompleted,
};
use ids::{ExportId, UserId};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::client::{app, beat, person, update_profile};

const EXPORT: &str = r#"query($e: ID!, $after: Cursor) { _entities(representations: [{ __typename: "AccountExport", id: $e }]) {
    ... on AccountExport { profile(after: $after) { content entries next } } } }"#;

/// Has what is kept of `user_id` ready for a week.
async fn request(app: &TestApp, user_id: UserId) -> ExportId {
    let now = app.foundation.ctx().now();
    let export_id = ExportId::at(now);
    let expires_at = now + TimeDelta::days(7);
    app.tell(&ExportRequested { export_id, user_id, requested_at: now, expires_at }).await;
    export_id
}

async fn page(client: &Client, export: ExportId, after: &Value) -> Value {
    let variables = json!({ "e": export, "after": after });
    client.data(EXPORT, variables).await["_entities"][0]["profile"].take()
}

/// All that somebody takes along.
async fn exported(app: &TestApp, user_id: UserId) -> Vec<Value> {
    let export = request(app, user_id).await;
    let page = page(&app.as_user(user_id), export, &Value::Null).await;
    assert_eq!(page["next"], Value::Null, "{page:#}");
    let content = page["content"].as_str().expect("a content");
    content.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The lines of a type.
fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

#[tokio::test]
async fn what_somebody_says_of_themselves_comes_out() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    update_profile(&app.as_user(ada), json!({ "bio": "engines", "pronouns": "she" })).await;
    update_profile(&app.as_user(bo), json!({ "bio": "not hers" })).await;
    let settings = "mutation($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code } } }";
    let set = app.as_user(ada).data(settings, json!({ "i": { "timezone": "Europe/Berlin" } })).await;
    assert_eq!(set["updateSettings"]["errors"], json!([]), "{set:#}");
    beat(&app.as_user(ada), "tab", false).await;

    let lines = exported(&app, ada).await;
    let [profile] = of(&lines, "profile").try_into().unwrap();
    for (field, value) in [
        ("userId", json!(ada)),
        ("username", json!("ada")),
        ("displayName", json!("Ada")),
        ("bio", json!("engines")),
        ("pronouns", json!("she")),
        ("avatarUrls", Value::Null),
    ] {
        assert_eq!(profile[field], value, "{field} of {profile:#}");
    }
    let [settings] = of(&lines, "settings").try_into().unwrap();
    assert_eq!(settings["timezone"], "Europe/Berlin");
    assert_eq!(settings["moodVisibility"], "PRIVATE");
    assert!(lines.iter().all(|line| !line.to_string().contains("not hers")), "{lines:#?}");
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    let client = app.as_user(ada);
    let export = request(&app, ada).await;
    for other in [app.as_user(bo), app.anonymous(), app.as_admin(bo)] {
        assert_eq!(page(&other, export, &Value::Null).await, Value::Null);
    }
    let [told] = app.events::<ExportCompleted>().await.try_into().unwrap();
    assert_eq!(page(&client, export, &Value::Null).await["entries"], told.entries);
    assert!(told.entries > 0 && (told.export_id, told.user_id) == (export, ada));
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(page(&client, export, &Value::Null).await, Value::Null);

    let export = request(&app, ada).await;
    app.tell(&UserErased { user_id: ada, erased_at: app.foundation.ctx().now() }).await;
    for export in [export, request(&app, ada).await] {
        assert_eq!(page(&client, export, &Value::Null).await, Value::Null);
    }
    app.finish().await;
}
