//! Refresh tokens: one use each, a moment's grace, and the end of the family.

use std::collections::HashSet;

use chrono::TimeDelta;
use events::auth::SessionRevoked;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::client::{PASSWORD, ada, app, claims, log_in, refresh, refresh_token, refusal, register};

const GRACE: TimeDelta = TimeDelta::seconds(10);

async fn first_token(app: &TestApp) -> (Value, String) {
    let payload = register(&app.anonymous(), ada()).await;
    let token = refresh_token(&payload);
    (payload, token)
}

#[tokio::test]
async fn refreshing_gives_new_tokens_of_the_same_session() {
    let app = app().await;
    let (registered, first) = first_token(&app).await;
    app.clock.advance(TimeDelta::minutes(20));
    let payload = refresh(&app.anonymous(), &first).await;
    assert_ne!(refresh_token(&payload), first);
    assert_eq!(payload["tokens"]["expiresAt"], "2026-03-01T12:35:00+00:00");
    assert_eq!(claims(&payload)["sid"], claims(&registered)["sid"]);
    assert_eq!(claims(&payload)["sub"], claims(&registered)["sub"]);
    assert_ne!(claims(&payload)["jti"], claims(&registered)["jti"]);
    app.finish().await;
}

#[tokio::test]
async fn within_the_grace_a_spent_token_gets_the_same_child() {
    let app = app().await;
    let (_, first) = first_token(&app).await;
    let child = refresh_token(&refresh(&app.anonymous(), &first).await);
    app.clock.advance(GRACE);
    assert_eq!(refresh_token(&refresh(&app.anonymous(), &first).await), child);
    refresh_token(&refresh(&app.anonymous(), &child).await);
    assert_eq!(app.events::<SessionRevoked>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn after_the_grace_a_spent_token_ends_its_family() {
    let app = app().await;
    let (registered, first) = first_token(&app).await;
    let child = refresh_token(&refresh(&app.anonymous(), &first).await);
    app.clock.advance(GRACE + TimeDelta::milliseconds(1));
    let refused = refresh(&app.anonymous(), &first).await;
    assert_eq!(refusal(&refused), "REFRESH_TOKEN_INVALID");
    assert_eq!(refused["errors"][0]["path"], json!(["input", "refreshToken"]));
    assert_eq!(refusal(&refresh(&app.anonymous(), &child).await), "REFRESH_TOKEN_INVALID");
    let told = app.events::<SessionRevoked>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].session_id.to_string(), claims(&registered)["sid"].as_str().unwrap());
    assert_eq!(told[0].until.to_rfc3339(), "2026-03-01T12:15:00+00:00");
    // Another session of the same person goes on.
    refresh_token(&log_in(&app.anonymous(), "ada@example.org", PASSWORD).await);
    app.finish().await;
}

#[tokio::test]
async fn the_grace_is_the_immediate_parents_only() {
    let app = app().await;
    let (_, first) = first_token(&app).await;
    let second = refresh_token(&refresh(&app.anonymous(), &first).await);
    let third = refresh_token(&refresh(&app.anonymous(), &second).await);
    assert_eq!(refusal(&refresh(&app.anonymous(), &first).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(refusal(&refresh(&app.anonymous(), &third).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(app.events::<SessionRevoked>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn twenty_at_once_get_one_and_the_same_child() {
    let app = app().await;
    let (_, first) = first_token(&app).await;
    let uses = (0..20).map(|_| {
        let (client, token) = (app.anonymous(), first.clone());
        tokio::spawn(async move { refresh_token(&refresh(&client, &token).await) })
    });
    let mut children = HashSet::new();
    for used in uses.collect::<Vec<_>>() {
        children.insert(used.await.expect("an answer"));
    }
    assert_eq!(children.len(), 1);
    for child in children {
        refresh_token(&refresh(&app.anonymous(), &child).await);
    }
    assert_eq!(app.events::<SessionRevoked>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn twenty_at_once_with_a_stolen_token_end_the_family_once() {
    let app = app().await;
    let (_, first) = first_token(&app).await;
    let child = refresh_token(&refresh(&app.anonymous(), &first).await);
    app.clock.advance(TimeDelta::minutes(1));
    let uses = (0..20).map(|_| {
        let (client, token) = (app.anonymous(), first.clone());
        tokio::spawn(async move { refresh(&client, &token).await })
    });
    for used in uses.collect::<Vec<_>>() {
        assert_eq!(refusal(&used.await.expect("an answer")), "REFRESH_TOKEN_INVALID");
    }
    assert_eq!(refusal(&refresh(&app.anonymous(), &child).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(app.events::<SessionRevoked>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_was_not_used_for_a_month_is_no_longer_good() {
    let app = app().await;
    let (_, first) = first_token(&app).await;
    app.clock.advance(TimeDelta::days(29));
    let second = refresh_token(&refresh(&app.anonymous(), &first).await);
    app.clock.advance(TimeDelta::days(30));
    assert_eq!(refusal(&refresh(&app.anonymous(), &second).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(app.events::<SessionRevoked>().await, [], "nothing was used twice");
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_token_is_refused_like_one_that_is_no_longer_good() {
    let app = app().await;
    first_token(&app).await;
    let unknown = format!("hmr_{}", "A".repeat(43));
    for token in ["", "nonsense", "hmr_", unknown.as_str(), &"x".repeat(100_000)] {
        assert_eq!(refusal(&refresh(&app.anonymous(), token).await), "REFRESH_TOKEN_INVALID");
    }
    app.finish().await;
}
