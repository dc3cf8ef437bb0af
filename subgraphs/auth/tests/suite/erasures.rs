//! Wanting to be forgotten, and changing one's mind.

use auth::Auth;
use chrono::TimeDelta;
use events::{auth::UserErased, hugs, moods, social, streaks, users};
use ids::UserId;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::{Client, TestApp};

use crate::client::{PASSWORD, ada, app, log_in, register};

const REQUEST: &str = "mutation($p: String!) { requestErasure(input: {password: $p}) {
    account { email erasureDueAt } errors { code path } } }";
const CANCEL: &str = "mutation { cancelErasure { account { email erasureDueAt } errors { code } } }";

async fn somebody(app: &TestApp) -> (UserId, Client) {
    let payload = register(&app.anonymous(), ada()).await;
    let user = UserId::parse(payload["user"]["id"].as_str().expect("an id")).expect("an id");
    (user, app.as_user(user))
}

async fn request(client: &Client, password: &str) -> Value {
    client.data(REQUEST, json!({ "p": password })).await["requestErasure"].take()
}

async fn operate(app: &TestApp, command: &str, given: &[&str]) -> Result<String, String> {
    let known = Auth::operator_commands();
    let command = known.iter().find(|known| known.name == command).expect("the command");
    let given = given.iter().map(|given| (*given).to_owned()).collect();
    (command.run)(app.foundation.ctx(), given).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn who_knows_the_password_can_ask_to_be_forgotten_and_change_their_mind() {
    let app = app().await;
    let (_, owner) = somebody(&app).await;
    let due = json!({ "email": "ada@example.org", "erasureDueAt": "2026-03-15T12:00:00+00:00" });
    assert_eq!(request(&owner, PASSWORD).await, json!({ "account": due, "errors": [] }));
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(request(&owner, PASSWORD).await["account"], due, "asked again, the day stays");
    let stays = json!({ "email": "ada@example.org", "erasureDueAt": null });
    let cancelled = owner.data(CANCEL, json!({})).await["cancelErasure"].take();
    assert_eq!(cancelled, json!({ "account": stays, "errors": [] }));
    assert_eq!(operate(&app, "erasures", &[]).await.unwrap(), "no erasure is open");
    app.finish().await;
}

#[tokio::test]
async fn without_the_password_nobody_is_forgotten() {
    let app = app().await;
    let (_, owner) = somebody(&app).await;
    let refused = request(&owner, "not the password").await;
    let error = json!({ "code": "PASSWORD_WRONG", "path": ["input", "password"] });
    assert_eq!(refused, json!({ "account": null, "errors": [error] }));
    for _ in 0..9 {
        request(&owner, "not the password either").await;
    }
    assert_eq!(request(&owner, PASSWORD).await["errors"][0]["code"], "RATE_LIMITED");
    let login = log_in(&app.anonymous(), "ada@example.org", PASSWORD).await;
    assert_eq!(login["errors"][0]["code"], "RATE_LIMITED", "attempts count together");
    for stranger in [app.anonymous(), app.as_user(app.new_user())] {
        assert_eq!(stranger.failure(REQUEST, json!({ "p": PASSWORD })).await, "UNAUTHENTICATED");
    }
    assert_eq!(app.anonymous().failure(CANCEL, json!({})).await, "UNAUTHENTICATED");
    app.finish().await;
}

/// Somebody who has registered under this name, made an admin by an operator.
async fn admin(app: &TestApp, name: &str) -> (UserId, Client) {
    let mut input = ada();
    let email = format!("{name}@example.org");
    (input["email"], input["username"]) = (json!(email), json!(name));
    let payload = register(&app.anonymous(), input).await;
    let user = UserId::parse(payload["user"]["id"].as_str().expect("an id")).expect("an id");
    operate(app, "grant-role", &[&email, "admin"]).await.expect("the role is granted");
    (user, app.as_admin(user))
}

#[tokio::test]
async fn the_last_admin_is_not_erased_and_who_is_leaving_does_not_count() {
    const SET_ROLES: &str =
        "mutation($u: ID!) { setRoles(input: {userId: $u, roles: []}) { errors { code path } } }";
    let app = app().await;
    let (_, adas) = admin(&app, "ada").await;
    let last = json!({ "code": "LAST_ADMIN", "path": [] });
    assert_eq!(request(&adas, PASSWORD).await, json!({ "account": null, "errors": [last] }));
    let refused = operate(&app, "erase", &["ada@example.org"]).await.unwrap_err();
    assert!(refused.contains("last admin"), "{refused}");
    assert_eq!(operate(&app, "erasures", &[]).await.unwrap(), "no erasure is open");

    let (bo, bos) = admin(&app, "bo").await;
    assert_eq!(request(&adas, PASSWORD).await["errors"], json!([]));
    assert_eq!(request(&bos, PASSWORD).await["errors"], json!([last]));
    let resigning = adas.data(SET_ROLES, json!({ "u": bo })).await;
    assert_eq!(resigning["setRoles"]["errors"][0]["code"], "LAST_ADMIN");
    adas.data(CANCEL, json!({})).await;
    assert_eq!(request(&bos, PASSWORD).await["errors"], json!([]));
    operate(&app, "erase", &["bo@example.org"]).await.unwrap();
    assert_eq!(app.events::<UserErased>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn of_two_admins_who_ask_at_once_one_stays() {
    let app = app().await;
    let ((_, adas), (_, bos)) = (admin(&app, "ada").await, admin(&app, "bo").await);
    let (one, other) = tokio::join!(request(&adas, PASSWORD), request(&bos, PASSWORD));
    let leaves = |answer: &Value| answer["errors"] == json!([]);
    assert_ne!(leaves(&one), leaves(&other), "{one:#} {other:#}");
    app.finish().await;
}

#[tokio::test]
async fn an_operator_erases_at_once_and_sees_whose_answer_is_awaited() {
    let app = app().await;
    let (user, owner) = somebody(&app).await;
    request(&owner, PASSWORD).await;
    let open = operate(&app, "erasures", &[]).await.unwrap();
    assert!(open.starts_with(&user.to_string()) && open.contains("due"), "{open}");
    assert!(operate(&app, "erase", &["bo@example.org"]).await.unwrap_err().contains("no account"));
    operate(&app, "erase", &["ADA@example.org"]).await.unwrap();
    assert_eq!(app.events::<UserErased>().await.len(), 1);
    let login = log_in(&app.anonymous(), "ada@example.org", PASSWORD).await;
    assert_eq!(login["errors"][0]["code"], "INVALID_CREDENTIALS");

    let completed_at = app.foundation.ctx().now();
    let user_id = user;
    app.tell(&users::ErasureCompleted { user_id, completed_at }).await;
    app.tell(&hugs::ErasureCompleted { user_id, completed_at }).await;
    app.tell(&streaks::ErasureCompleted { user_id, completed_at }).await;
    let open = operate(&app, "erasures", &[]).await.unwrap();
    assert!(open.ends_with("awaited: moods, social"), "{open}");
    app.tell(&moods::ErasureCompleted { user_id, completed_at }).await;
    app.tell(&social::ErasureCompleted { user_id, completed_at }).await;
    app.tell(&users::ErasureCompleted { user_id, completed_at }).await;
    assert_eq!(operate(&app, "erasures", &[]).await.unwrap(), "no erasure is open");
    app.finish().await;
}

#[tokio::test]
async fn an_address_is_free_again_once_its_account_is_gone() {
    let app = app().await;
    let (user, _) = somebody(&app).await;
    operate(&app, "erase", &["ada@example.org"]).await.unwrap();
    let (other, _) = somebody(&app).await;
    assert_ne!(user, other);
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_outlives_its_owner_is_nobodys() {
    const SET_ROLES: &str =
        "mutation($u: ID!) { setRoles(input: {userId: $u, roles: []}) { errors { code } } }";
    let app = app().await;
    let ((ada, adas), (bo, _)) = (admin(&app, "ada").await, admin(&app, "bo").await);
    operate(&app, "erase", &["ada@example.org"]).await.unwrap();
    assert_eq!(adas.failure(REQUEST, json!({ "p": PASSWORD })).await, "UNAUTHENTICATED");
    assert_eq!(adas.failure(CANCEL, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(adas.failure(SET_ROLES, json!({ "u": bo })).await, "UNAUTHENTICATED");
    let export = "mutation($p: String!) { requestAccountExport(input: {password: $p}) { errors { code } } }";
    assert_eq!(adas.failure(export, json!({ "p": PASSWORD })).await, "UNAUTHENTICATED");
    let account = "query($u: ID!) { _entities(representations: [{ __typename: \"User\", id: $u }]) {
        ... on User { account { email } } } }";
    assert_eq!(adas.data(account, json!({ "u": ada })).await["_entities"][0]["account"], Value::Null);
    app.finish().await;
}
