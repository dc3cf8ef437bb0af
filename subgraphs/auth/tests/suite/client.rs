//! Auth with somebody to ask for names, and the operations that tests use.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use auth::Auth;
use axum::{
    Json, Router,
    body::Body,
    http::{Request, StatusCode},
    response::IntoResponse,
    routing::post,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

pub(crate) const PASSWORD: &str = "a long and winding road";

const REGISTER: &str = "mutation($i: RegisterInput!) { register(input: $i) {
    tokens { accessToken refreshToken expiresAt } user { id username displayName } errors { code message path } } }";
const LOGIN: &str = "mutation($i: LoginInput!) { login(input: $i) {
    tokens { accessToken refreshToken expiresAt } user { id } errors { code message path retryAfterSeconds } } }";
const REFRESH: &str = "mutation($t: String!) { refreshTokens(input: {refreshToken: $t}) {
    tokens { accessToken refreshToken expiresAt } errors { code path } } }";
const LOGOUT: &str =
    "mutation($t: String) { logout(input: {refreshToken: $t}) { loggedOut errors { code } } }";

/// `users` as auth sees it: takes every name but two, in lower case.
pub(crate) fn users(asked: Arc<AtomicUsize>) -> Router {
    let answer = async move |Json(question): Json<Value>| {
        asked.fetch_add(1, Ordering::Relaxed);
        let name = question["username"].as_str().unwrap_or_default().to_lowercase();
        let refusal = |status: StatusCode, code: &str| {
            let body = json!({ "code": code, "message": "no", "path": ["input", "username"] });
            (status, Json(body)).into_response()
        };
        match name.as_str() {
            "taken" => refusal(StatusCode::CONFLICT, "USERNAME_TAKEN"),
            "admin" => refusal(StatusCode::UNPROCESSABLE_ENTITY, "USERNAME_RESERVED"),
            "crash" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            "strange" => refusal(StatusCode::UNPROCESSABLE_ENTITY, "SOMETHING_ELSE"),
            _ => Json(json!({ "username": name, "displayName": question["displayName"] })).into_response(),
        }
    };
    Router::new().route("/internal/v1/username-reservations", post(answer))
}

pub(crate) async fn app() -> TestApp {
    TestApp::builder::<Auth>().peer("users", users(Arc::default())).start().await
}

pub(crate) fn ada() -> Value {
    json!({ "email": "ada@example.org", "username": "Ada", "displayName": "Ada Lovelace", "password": PASSWORD })
}

pub(crate) async fn register(client: &Client, input: Value) -> Value {
    client.data(REGISTER, json!({ "i": input })).await["register"].take()
}

/// The code of the top-level error.
pub(crate) async fn register_fails(client: &Client, input: Value) -> String {
    client.failure(REGISTER, json!({ "i": input })).await
}

/// The code of the only refusal.
pub(crate) fn refusal(payload: &Value) -> &str {
    assert!(payload["tokens"].is_null(), "{payload:#}");
    refusal_of(payload)
}

/// The same of a payload that gives no tokens.
pub(crate) fn refusal_of(payload: &Value) -> &str {
    assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
    payload["errors"][0]["code"].as_str().expect("a code")
}

pub(crate) async fn log_in(client: &Client, email: &str, password: &str) -> Value {
    let input = json!({ "email": email, "password": password });
    client.data(LOGIN, json!({ "i": input })).await["login"].take()
}

pub(crate) async fn refresh(client: &Client, token: &str) -> Value {
    client.data(REFRESH, json!({ "t": token })).await["refreshTokens"].take()
}

pub(crate) async fn log_out(client: &Client, token: Option<&str>) -> Value {
    client.data(LOGOUT, json!({ "t": token })).await["logout"].take()
}

pub(crate) async fn log_out_fails(client: &Client) -> String {
    client.failure(LOGOUT, json!({})).await
}

pub(crate) fn refresh_token(payload: &Value) -> String {
    let token = payload["tokens"]["refreshToken"].as_str();
    token.unwrap_or_else(|| panic!("no tokens: {payload:#}")).to_owned()
}

/// The claims of an access token, whoever signed it.
pub(crate) fn claims(payload: &Value) -> Value {
    let token = payload["tokens"]["accessToken"].as_str().expect("an access token");
    jsonwebtoken::dangerous::insecure_decode::<Value>(token).expect("a JWT").claims
}

/// Logs in as a client with these headers, as the gateway forwards them.
pub(crate) async fn log_in_from(app: &TestApp, headers: [(&str, &str); 2], email: &str) -> Value {
    let input = json!({ "email": email, "password": PASSWORD });
    let body = json!({ "query": LOGIN, "variables": { "i": input } }).to_string();
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = app.anonymous().request(request.body(Body::from(body)).expect("a request")).await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let mut answer: Value = serde_json::from_slice(&body).expect("JSON");
    answer["data"]["login"].take()
}
