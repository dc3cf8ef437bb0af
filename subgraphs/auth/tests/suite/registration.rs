//! Making accounts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use auth::Auth;
use events::auth::UserRegistered;
use ids::UserId;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::client::{PASSWORD, ada, app, claims, refusal, register, register_fails, users};

#[tokio::test]
async fn whoever_registers_is_logged_in_and_told_of() {
    let app = app().await;
    let payload = register(&app.anonymous(), ada()).await;
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(payload["user"]["username"], "ada");
    assert_eq!(payload["user"]["displayName"], "Ada Lovelace");
    assert_eq!(payload["tokens"]["expiresAt"], "2026-03-01T12:15:00+00:00");
    let claims = claims(&payload);
    assert_eq!(claims["sub"], payload["user"]["id"]);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("hugmood"), &json!("hugmood")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    assert_eq!(claims["roles"], json!(["user"]));
    assert!(claims["sid"].as_str().unwrap().starts_with("ses_") && claims["jti"].is_string());
    let told = app.events::<UserRegistered>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(Some(told[0].user_id), UserId::parse(claims["sub"].as_str().unwrap()).ok());
    assert_eq!((told[0].username.as_str(), told[0].display_name.as_str()), ("ada", "Ada Lovelace"));
    assert_eq!(told[0].registered_at, clock::Clock::now(&*app.clock));
    app.finish().await;
}

#[tokio::test]
async fn bad_input_of_each_kind_has_its_code_and_path_and_makes_nothing() {
    let asked = Arc::new(AtomicUsize::new(0));
    let app = TestApp::builder::<Auth>().peer("users", users(asked.clone())).start().await;
    let cases = [
        ("email", json!("nonsense"), "EMAIL_INVALID"),
        ("email", json!(" \u{0}@example.org"), "EMAIL_INVALID"),
        ("password", json!("short"), "PASSWORD_TOO_SHORT"),
        ("password", json!("x y".repeat(100)), "PASSWORD_TOO_LONG"),
        ("password", json!("password"), "PASSWORD_TOO_COMMON"),
        ("password", json!("12345678"), "PASSWORD_TOO_COMMON"),
        ("password", json!("ada@example.org"), "PASSWORD_TOO_COMMON"),
        ("password", json!("ADA LOVELACE"), "PASSWORD_TOO_COMMON"),
    ];
    for (field, value, code) in cases {
        let mut input = ada();
        input[field] = value;
        let payload = register(&app.anonymous(), input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", field]));
        assert!(payload["user"].is_null());
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0, "no name is asked for before the rest is right");
    assert_eq!(app.events::<UserRegistered>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn what_users_says_of_a_name_is_passed_on() {
    let app = app().await;
    for (name, code) in [("taken", "USERNAME_TAKEN"), ("admin", "USERNAME_RESERVED")] {
        let mut input = ada();
        input["username"] = json!(name);
        let payload = register(&app.anonymous(), input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", "username"]));
    }
    // The address is still free.
    assert_eq!(register(&app.anonymous(), ada()).await["errors"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn without_users_nobody_is_registered() {
    let app = app().await;
    for name in ["crash", "strange"] {
        let mut input = ada();
        input["username"] = json!(name);
        assert_eq!(register_fails(&app.anonymous(), input).await, "UPSTREAM_UNAVAILABLE");
    }
    app.finish().await;
    let alone = TestApp::start::<Auth>().await;
    assert_eq!(register_fails(&alone.anonymous(), ada()).await, "UPSTREAM_UNAVAILABLE");
    assert_eq!(alone.events::<UserRegistered>().await, []);
    alone.finish().await;
}

#[tokio::test]
async fn an_address_has_one_account_in_whatever_case_it_is_written() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let again =
        json!({ "email": "ADA@EXAMPLE.org", "username": "bo", "displayName": "Bo", "password": PASSWORD });
    assert_eq!(refusal(&register(&app.anonymous(), again).await), "EMAIL_UNAVAILABLE");
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_register_one_address_at_once_one_does() {
    let app = app().await;
    let attempts = (0..8).map(|number| {
        let (client, mut input) = (app.anonymous(), ada());
        input["username"] = json!(format!("ada{number}"));
        tokio::spawn(async move { register(&client, input).await })
    });
    let mut made = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        let payload: Value = attempt.await.expect("an answer");
        if payload["tokens"].is_null() {
            assert_eq!(refusal(&payload), "EMAIL_UNAVAILABLE");
        } else {
            made += 1;
        }
    }
    assert_eq!(made, 1);
    assert_eq!(app.events::<UserRegistered>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn probing_one_address_is_throttled_and_others_are_not() {
    let app = app().await;
    register(&app.anonymous(), ada()).await;
    let mut codes = Vec::new();
    for _ in 0..10 {
        codes.push(refusal(&register(&app.anonymous(), ada()).await).to_owned());
    }
    assert_eq!(codes[8], "EMAIL_UNAVAILABLE");
    assert_eq!(codes[9], "RATE_LIMITED");
    let other =
        json!({ "email": "bo@example.org", "username": "bo", "displayName": "Bo", "password": PASSWORD });
    assert_eq!(register(&app.anonymous(), other).await["errors"], json!([]));
    app.finish().await;
}
