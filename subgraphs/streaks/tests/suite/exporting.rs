//! Taking along one's streaks.

use chrono::TimeDelta;
use events::{
    auth::{ExportRequested, UserErased},
    streaks::ExportCompleted,
};
use ids::{ExportId, UserId};
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::{Client, TestApp};

use crate::{CONSENT, log_days_until_today, mutate};

const EXPORT: &str = r#"query($e: ID!, $after: Cursor) { _entities(representations: [{ __typename: "AccountExport", id: $e }]) {
    ... on AccountExport { streaks(after: $after) { content entries next } } } }"#;

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
    client.data(EXPORT, variables).await["_entities"][0]["streaks"].take()
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
async fn what_somebody_earned_and_chose_comes_out() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    log_days_until_today(&app, ada, 6).await;
    log_days_until_today(&app, bo, 2).await;
    mutate(&app.as_user(ada), CONSENT, json!({ "consents": true })).await;

    let lines = exported(&app, ada).await;
    let days: Vec<_> = of(&lines, "streakDay").iter().map(|day| day["localDate"].clone()).collect();
    assert_eq!((days.len(), &days[6]), (7, &json!("2026-03-01")));
    let [streak] = of(&lines, "streak").try_into().unwrap();
    assert_eq!((&streak["kind"], &streak["current"]), (&json!("MOOD_LOGGING"), &json!(7)));
    let amounts: Vec<_> =
        of(&lines, "points").iter().map(|points| points["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [10, 20]);
    let badges: Vec<_> = of(&lines, "badge").iter().map(|badge| badge["badge"].as_str().unwrap()).collect();
    assert_eq!(badges, ["mood-3", "mood-7"]);
    assert_eq!(of(&lines, "streakSettings").len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    log_days_until_today(&app, ada, 2).await;
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
    assert_eq!(testkit::residue_of(&app.db, ada).await, [""; 0]);
    app.finish().await;
}
