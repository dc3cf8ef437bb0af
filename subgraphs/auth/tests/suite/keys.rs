//! The keys that sign access tokens, and how others verify with them.

use std::sync::Arc;

use auth::Auth;
use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use testkit::TestApp;
use tower::ServiceExt as _;

use crate::client::{ada, app, register, users};

/// The published keys, as anybody gets them.
async fn published(app: &TestApp) -> JwkSet {
    let request = Request::get("/.well-known/jwks.json").body(Body::empty()).expect("a request");
    let response = app.router().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&body).expect("a key set")
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    // The test's clock isn't the machine's.
    validation.validate_exp = false;
    validation.set_audience(&["hugmood"]);
    validation.set_issuer(&["hugmood"]);
    validation
}

#[tokio::test]
async fn anybody_verifies_a_token_with_the_published_key() {
    let app = app().await;
    let payload = register(&app.anonymous(), ada()).await;
    let token = payload["tokens"]["accessToken"].as_str().unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.alg, Algorithm::EdDSA);
    let keys = published(&app).await;
    assert_eq!(keys.keys.len(), 1);
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let verified = jsonwebtoken::decode::<Value>(token, &key, &validation(Algorithm::EdDSA)).unwrap();
    assert_eq!(verified.claims["sub"], payload["user"]["id"]);
    let published = serde_json::to_value(&keys).unwrap();
    assert_eq!(published["keys"][0]["kty"], "OKP");
    assert_eq!(published["keys"][0]["use"], "sig");
    assert!(published["keys"][0].get("d").is_none(), "the private half stays private");
    app.finish().await;
}

#[tokio::test]
async fn with_a_secret_tokens_are_signed_by_it_and_nothing_is_published() {
    let secret = "a shared secret of at least thirty-two bytes";
    let builder = TestApp::builder::<Auth>().peer("users", users(Arc::default())).jwt_secret(secret);
    let app = builder.start().await;
    let payload = register(&app.anonymous(), ada()).await;
    let token = payload["tokens"]["accessToken"].as_str().unwrap();
    let key = DecodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::decode::<Value>(token, &key, &validation(Algorithm::HS256)).unwrap();
    assert_eq!(serde_json::to_value(published(&app).await).unwrap(), json!({ "keys": [] }));
    app.finish().await;
}
