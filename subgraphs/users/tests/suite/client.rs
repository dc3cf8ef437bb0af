//! Users with people in it, and the operations that tests use.

use axum::{body::Body, http::Request};
use events::{
    auth::UserRegistered,
    social::{Blocked, FollowCreated},
};
use http_body_util::BodyExt as _;
use identity::Caller;
use ids::UserId;
use serde_json::{Value, json};
use testkit::{Client, TestApp};
use users::Users;

const RESERVATIONS: &str = "/internal/v1/username-reservations";

pub(crate) async fn app() -> TestApp {
    TestApp::start::<Users>().await
}

/// `auth`, in its own name.
pub(crate) fn auth(app: &TestApp) -> Client {
    app.as_caller(Caller::Service("auth".to_owned()))
}

/// Asks for a name, and gives the status and the body.
pub(crate) async fn reserve(
    client: &Client,
    user: UserId,
    username: &str,
    display_name: &str,
) -> (u16, Value) {
    let question = json!({ "userId": user, "username": username, "displayName": display_name });
    let request = Request::post(RESERVATIONS)
        .header("content-type", "application/json")
        .body(Body::from(question.to_string()))
        .expect("a request");
    let response = client.request(request).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Tells that somebody registered, as auth does.
pub(crate) async fn registered(app: &TestApp, user: UserId, username: &str, display_name: &str) {
    app.tell(&UserRegistered {
        user_id: user,
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        registered_at: clock::Clock::now(&*app.clock),
    })
    .await;
}

/// Somebody with a profile.
pub(crate) async fn person(app: &TestApp, username: &str, display_name: &str) -> UserId {
    let user = app.new_user();
    let (status, answer) = reserve(&auth(app), user, username, display_name).await;
    assert_eq!(status, 200, "{answer:#}");
    let text = |name: &str| answer[name].as_str().expect("a name").to_owned();
    registered(app, user, &text("username"), &text("displayName")).await;
    user
}

pub(crate) async fn block(app: &TestApp, blocker_id: UserId, blocked_id: UserId) {
    app.tell(&Blocked { blocker_id, blocked_id, at: clock::Clock::now(&*app.clock) }).await;
}

pub(crate) async fn follow(app: &TestApp, follower_id: UserId, followed_id: UserId) {
    let at = clock::Clock::now(&*app.clock);
    app.tell(&FollowCreated { follower_id, followed_id, at }).await;
}

/// A sign of life of one connection.
pub(crate) async fn beat(client: &Client, connection: &str, away: bool) -> Value {
    let mutation = "mutation($i: HeartbeatInput!) { heartbeat(input: $i) {
        presence nextWithinSeconds errors { code path } } }";
    let input = json!({ "connectionId": connection, "away": away });
    client.data(mutation, json!({ "i": input })).await["heartbeat"].take()
}

pub(crate) async fn set_privacy(client: &Client, privacy: Value) {
    let mutation = "mutation($p: PrivacyInput!) { updateSettings(input: {privacy: $p}) { errors { code } } }";
    client.data(mutation, json!({ "p": privacy })).await;
}

/// What `update_profile` answers.
pub(crate) async fn update_profile(client: &Client, input: Value) -> Value {
    let mutation = "mutation($i: UpdateProfileInput!) { updateProfile(input: $i) {
        user { username displayName bio pronouns } errors { code path } } }";
    client.data(mutation, json!({ "i": input })).await["updateProfile"].take()
}

/// The code of the only refusal.
pub(crate) fn refusal(payload: &Value) -> &str {
    assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
    payload["errors"][0]["code"].as_str().expect("a code")
}

/// The display name of whoever has a username.
pub(crate) async fn named(client: &Client, username: &str) -> Value {
    let query = "query($n: String!) { user(username: $n) { displayName } }";
    client.data(query, json!({ "n": username })).await["user"]["displayName"].take()
}

/// An entity, asked for with `fields`.
pub(crate) async fn entity(client: &Client, key: Value, fields: &str) -> Value {
    let query =
        format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on User {{ {fields} }} }} }}");
    let mut representation = json!({ "__typename": "User" });
    for (name, value) in key.as_object().expect("a key") {
        representation[name] = value.clone();
    }
    client.data(&query, json!({ "r": [representation] })).await["_entities"][0].take()
}
