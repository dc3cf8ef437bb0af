//! Logging in and out.

use chrono::TimeDelta;
use events::auth::SessionRevoked;
use identity::{Caller, Viewer};
use ids::{SessionId, UserId};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::client::{
    PASSWORD, ada, app, claims, log_in, log_in_from, log_out, log_out_fails, refresh, refresh_token, refusal,
    register,
};

/// A client with the session of an access token, as the gateway vouches for it.
fn with_session(app: &TestApp, claims: &serde_json::Value) -> Client {
    let text = |name: &str| claims[name].as_str().expect("a claim");
    app.as_caller(Caller::User(Viewer {
        user_id: UserId::parse(text("sub")).expect("a user"),
        session_id: Some(SessionId::parse(text("sid")).expect("a session")),
        roles: Vec::new(),
        scopes: Vec::new(),
    }))
}

#[tokio::test]
async fn the_right_password_opens_a_session_of_its_own_each_time() {
    let app = app().await;
    let registered = register(&app.anonymous(), ada()).await;
    let first = log_in(&app.anonymous(), "ada@example.org", PASSWORD).await;
    let second = log_in(&app.anonymous(), " ADA@Example.org", PASSWORD).await;
    assert_eq!(first["user"]["id"], registered["user"]["id"]);
    assert_ne!(claims(&first)["sid"], claims(&second)["sid"]);
    assert_ne!(refresh_token(&first), refresh_token(&second));
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let wrong = log_in(&app.anonymous(), "ada@example.org", "not the password").await;
    assert_eq!(refusal(&wrong), "INVALID_CREDENTIALS");
    for email in ["nobody@example.org", "nonsense", "", "\u{0}"] {
        assert_eq!(log_in(&app.anonymous(), email, PASSWORD).await, wrong);
    }
    for password in ["", " ", &"x".repeat(10_000), &PASSWORD.to_uppercase()] {
        assert_eq!(log_in(&app.anonymous(), "ada@example.org", password).await, wrong);
    }
    app.finish().await;
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_addresses_alike_and_never_for_good() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            assert_eq!(refusal(&log_in(&app.anonymous(), email, "guess").await), "INVALID_CREDENTIALS");
        }
        let payload = log_in(&app.anonymous(), email, PASSWORD).await;
        assert_eq!(refusal(&payload), "RATE_LIMITED");
        assert_eq!(payload["errors"][0]["retryAfterSeconds"], 15);
    }
    app.clock.advance(TimeDelta::seconds(15));
    refresh_token(&log_in(&app.anonymous(), "ada@example.org", PASSWORD).await);
    // Whoever knows the password starts afresh.
    assert_eq!(refusal(&log_in(&app.anonymous(), "ada@example.org", "guess").await), "INVALID_CREDENTIALS");
    app.finish().await;
}

#[tokio::test]
async fn many_guesses_at_once_count_as_many() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let guesses = (0..30).map(|_| {
        let client = app.anonymous();
        tokio::spawn(async move { log_in(&client, "ada@example.org", "guess").await })
    });
    let mut tried = 0;
    for guess in guesses.collect::<Vec<_>>() {
        tried += usize::from(refusal(&guess.await.expect("an answer")) == "INVALID_CREDENTIALS");
    }
    assert_eq!(tried, 10);
    app.finish().await;
}

#[tokio::test]
async fn logging_out_ends_the_session_and_tells_until_when_its_tokens_live() {
    let app = app().await;
    let payload = register(&app.anonymous(), ada()).await;
    let claims = claims(&payload);
    let client = with_session(&app, &claims);
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(log_out(&client, None).await, json!({ "loggedOut": true, "errors": [] }));
    assert_eq!(log_out(&client, None).await["loggedOut"], true, "again is no error");
    let told = app.events::<SessionRevoked>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].session_id.to_string(), claims["sid"].as_str().unwrap());
    assert_eq!(told[0].user_id.to_string(), claims["sub"].as_str().unwrap());
    assert_eq!(told[0].until.timestamp(), claims["exp"].as_i64().unwrap());
    assert_eq!(refusal(&refresh(&app.anonymous(), &refresh_token(&payload)).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(app.events::<SessionRevoked>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_refresh_token_is_enough_to_log_out_its_own_session_only() {
    let app = app().await;
    let first = register(&app.anonymous(), ada()).await;
    let second = log_in(&app.anonymous(), "ada@example.org", PASSWORD).await;
    assert_eq!(log_out(&app.anonymous(), Some(&refresh_token(&first))).await["loggedOut"], true);
    assert_eq!(log_out(&app.anonymous(), Some("nonsense")).await["loggedOut"], true);
    assert_eq!(refusal(&refresh(&app.anonymous(), &refresh_token(&first)).await), "REFRESH_TOKEN_INVALID");
    refresh_token(&refresh(&app.anonymous(), &refresh_token(&second)).await);
    assert_eq!(log_out_fails(&app.anonymous()).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn a_session_remembers_the_device_it_was_opened_on() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let headers = [("user-agent", "Firefox on a telephone"), ("x-forwarded-for", "203.0.113.7")];
    refresh_token(&log_in_from(&app, headers, "ada@example.org").await);
    let query = "SELECT COUNT(*) AS n FROM sessions WHERE device = 'Firefox on a telephone' AND address = '203.0.113.7'";
    let statement = Statement::from_string(app.db.backend(), query);
    let row = app.db.reader().query_one_raw(statement).await.expect("a count").expect("a row");
    assert_eq!(row.try_get::<i64>("", "n").expect("a number"), 1);
    app.finish().await;
}

#[tokio::test]
async fn one_address_can_not_try_any_number_of_accounts() {
    let app = app().await;
    let from = |address| [("user-agent", "x"), ("x-forwarded-for", address)];
    for number in 0..50 {
        let payload = log_in_from(&app, from("203.0.113.7"), &format!("somebody{number}@example.org")).await;
        assert_eq!(refusal(&payload), "INVALID_CREDENTIALS");
    }
    // What comes before the last address anybody can write.
    for forwarded in ["203.0.113.7", "198.51.100.1, 203.0.113.7"] {
        let payload = log_in_from(&app, from(forwarded), "another@example.org").await;
        assert_eq!(refusal(&payload), "RATE_LIMITED");
    }
    let elsewhere = log_in_from(&app, from("203.0.113.8"), "another@example.org").await;
    assert_eq!(refusal(&elsewhere), "INVALID_CREDENTIALS");
    app.finish().await;
}

#[tokio::test]
async fn logging_in_in_between_gives_nobody_more_guesses_at_others() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let from = |address| [("user-agent", "x"), ("x-forwarded-for", address)];
    for number in 0..49 {
        log_in_from(&app, from("203.0.113.7"), &format!("somebody{number}@example.org")).await;
    }
    refresh_token(&log_in_from(&app, from("203.0.113.7"), "ada@example.org").await);
    // Who tries too often from one place doesn't use up what others have, either.
    for email in ["another@example.org"].into_iter().chain(["ada@example.org"; 12]) {
        assert_eq!(refusal(&log_in_from(&app, from("203.0.113.7"), email).await), "RATE_LIMITED");
    }
    refresh_token(&log_in_from(&app, from("203.0.113.8"), "ada@example.org").await);
    app.finish().await;
}
