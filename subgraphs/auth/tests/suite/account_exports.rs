//! Taking along what is kept of oneself.

use auth::Auth;
use chrono::TimeDelta;
use events::{auth::ExportRequested, hugs, moods, social, streaks, users};
use ids::{ExportId, UserId};
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::{Client, TestApp};

use crate::client::{PASSWORD, ada, app, refusal_of, register};

const REQUEST: &str = "mutation($i: RequestAccountExportInput!) { requestAccountExport(input: $i) {
    export { id state requestedAt expiresAt parts { service completedAt entries } } errors { code path } } }";
const OWN: &str = r#"query($u: ID!) { _entities(representations: [{ __typename: "User", id: $u }]) {
    ... on User { account { export { id state parts { service completedAt entries } account { content entries next } } } } } }"#;
const ENTITY: &str = r#"query($e: ID!, $after: Cursor) { _entities(representations: [{ __typename: "AccountExport", id: $e }]) {
    ... on AccountExport { state account(after: $after) { content entries next } } } }"#;

async fn somebody(app: &TestApp) -> (UserId, Client) {
    let payload = register(&app.anonymous(), ada()).await;
    let user = UserId::parse(payload["user"]["id"].as_str().expect("an id")).expect("an id");
    (user, app.as_user(user))
}

async fn request(client: &Client, password: &str, key: &str) -> Value {
    let input = json!({ "i": { "password": password, "idempotencyKey": key } });
    client.data(REQUEST, input).await["requestAccountExport"].take()
}

async fn own(client: &Client, user: UserId) -> Value {
    client.data(OWN, json!({ "u": user })).await["_entities"][0]["account"]["export"].take()
}

async fn entity(client: &Client, export: &Value) -> Value {
    client.data(ENTITY, json!({ "e": export })).await["_entities"][0].take()
}

/// Has every other service answer.
async fn answer(app: &TestApp, export: &Value, user_id: UserId) {
    let export_id = ExportId::parse(export.as_str().expect("an id")).expect("an id");
    let completed_at = app.foundation.ctx().now();
    let entries = 3;
    app.tell(&users::ExportCompleted { export_id, user_id, entries, completed_at }).await;
    app.tell(&moods::ExportCompleted { export_id, user_id, entries, completed_at }).await;
    app.tell(&hugs::ExportCompleted { export_id, user_id, entries, completed_at }).await;
    app.tell(&social::ExportCompleted { export_id, user_id, entries, completed_at }).await;
    app.tell(&streaks::ExportCompleted { export_id, user_id, entries, completed_at }).await;
}

async fn requests(app: &TestApp) -> Vec<ExportRequested> {
    app.events().await
}

#[tokio::test]
async fn an_export_is_ready_when_all_services_have_answered_and_over_after_a_week() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    let payload = request(&owner, PASSWORD, "k").await;
    assert_eq!(payload["errors"], json!([]));
    let export = &payload["export"];
    assert_eq!(export["state"], "PREPARING");
    assert_eq!(export["expiresAt"], "2026-03-08T12:00:00+00:00");
    let open: Vec<_> =
        export["parts"].as_array().unwrap().iter().filter(|part| part["entries"].is_null()).collect();
    let open: Vec<_> = open.iter().map(|part| part["service"].as_str().unwrap()).collect();
    assert_eq!(open, ["users", "moods", "hugs", "social", "streaks"], "auth itself has its part at once");
    let [told] = requests(&app).await.try_into().unwrap();
    assert_eq!((told.export_id.to_string(), told.user_id), (export["id"].as_str().unwrap().to_owned(), user));

    answer(&app, &export["id"], user).await;
    let ready = own(&owner, user).await;
    assert_eq!((&ready["state"], &ready["id"]), (&json!("READY"), &export["id"]));
    let moods = &ready["parts"][2];
    assert_eq!((&moods["service"], &moods["entries"]), (&json!("moods"), &json!(3)));

    app.clock.advance(TimeDelta::days(7));
    let over = own(&owner, user).await;
    assert_eq!((&over["state"], &over["account"]), (&json!("EXPIRED"), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn the_part_of_auth_has_account_and_sessions_and_no_secrets() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    request(&owner, PASSWORD, "k").await;
    let page = own(&owner, user).await["account"].take();
    let content = page["content"].as_str().unwrap();
    let lines: Vec<Value> = content.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["account", "session", "exportRequest"]);
    assert_eq!((&lines[0]["email"], &lines[0]["userId"]), (&json!("ada@example.org"), &json!(user)));
    assert!(!content.contains("argon2") && !content.to_lowercase().contains("hash"), "{content}");
    assert_eq!((&page["entries"], &page["next"]), (&json!(3), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn without_the_password_nothing_is_exported() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    let refused = request(&owner, "not the password", "k").await;
    let error = json!({ "code": "PASSWORD_WRONG", "path": ["input", "password"] });
    assert_eq!(refused, json!({ "export": null, "errors": [error] }));
    assert_eq!(own(&owner, user).await, Value::Null);
    let input = json!({ "i": { "password": PASSWORD } });
    for stranger in [app.anonymous(), app.as_user(app.new_user())] {
        assert_eq!(stranger.failure(REQUEST, input.clone()).await, "UNAUTHENTICATED");
    }
    for _ in 0..9 {
        request(&owner, "not the password either", "k").await;
    }
    assert_eq!(refusal_of(&request(&owner, PASSWORD, "k").await), "RATE_LIMITED", "attempts count");
    assert!(requests(&app).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn one_export_a_day_and_the_same_key_gives_the_same() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    let first = request(&owner, PASSWORD, "k").await["export"]["id"].take();
    assert_eq!(request(&owner, PASSWORD, "k").await["export"]["id"], first);
    assert_eq!(refusal_of(&request(&owner, PASSWORD, "other").await), "EXPORT_REQUESTED_LATELY");
    assert_eq!(request(&owner, PASSWORD, "").await["errors"][0]["code"], "IDEMPOTENCY_KEY_MALFORMED");

    app.clock.advance(TimeDelta::hours(24));
    let second = request(&owner, PASSWORD, "other").await["export"]["id"].take();
    assert_ne!(second, first);
    answer(&app, &first, user).await;
    assert_eq!(own(&owner, user).await["state"], "PREPARING", "answers to the first are not to the second");
    assert_eq!(entity(&owner, &first).await, Value::Null, "the last one is the only one");
    assert_eq!(requests(&app).await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_sees_an_export() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    let export = request(&owner, PASSWORD, "k").await["export"]["id"].take();
    assert_eq!(entity(&owner, &export).await["state"], "PREPARING");
    for other in [app.anonymous(), app.as_user(app.new_user()), app.as_admin(app.new_user())] {
        assert_eq!(entity(&other, &export).await, Value::Null);
        assert_eq!(own(&other, user).await, Value::Null);
    }
    let wrong = json!({ "e": export, "after": "nonsense" });
    assert_eq!(owner.failure(ENTITY, wrong).await, "BAD_USER_INPUT");
    app.finish().await;
}

#[tokio::test]
async fn who_is_erased_has_no_export_and_answers_that_come_late_bring_none_back() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    let export = request(&owner, PASSWORD, "k").await["export"]["id"].take();
    let erase = Auth::operator_commands().into_iter().find(|command| command.name == "erase").unwrap();
    (erase.run)(app.foundation.ctx(), vec!["ada@example.org".to_owned()]).await.unwrap();
    answer(&app, &export, user).await;
    assert_eq!(entity(&owner, &export).await, Value::Null);
    assert_eq!(testkit::residue_of(&app.db, user).await, ["erasures.user_id"], "which is waited for");
    app.finish().await;
}
