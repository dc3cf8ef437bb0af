//! What of an account is shown, and to whom.

use ids::UserId;
use serde_json::{Value, json};
use testkit::Client;

use crate::client::{ada, app, register};

const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User {
    id account { email emailVerified createdAt roles } } } }";

async fn entity(client: &Client, id: &str) -> Value {
    let representations = json!([{ "__typename": "User", "id": id }]);
    client.data(ENTITIES, json!({ "r": representations })).await["_entities"][0].take()
}

#[tokio::test]
async fn an_account_is_shown_to_its_owner_and_to_nobody_else() {
    let app = app().await;
    let payload = register(&app.anonymous(), ada()).await;
    let id = payload["user"]["id"].as_str().unwrap();
    let owner = app.as_user(UserId::parse(id).unwrap());
    let shown = entity(&owner, id).await;
    let account = json!({ "email": "ada@example.org", "emailVerified": false, "createdAt": "2026-03-01T12:00:00+00:00", "roles": [] });
    assert_eq!(shown, json!({ "id": id, "account": account }));
    for other in [app.as_user(app.new_user()), app.anonymous()] {
        assert_eq!(entity(&other, id).await, json!({ "id": id, "account": null }));
    }
    app.finish().await;
}

#[tokio::test]
async fn ids_that_are_none_are_nobody() {
    let app = app().await;
    for id in ["", "usr_", "usr_1", "hug_0192f0c1a2b37c4d8e5f60718293a4b5", "' OR 1=1 --"] {
        assert!(entity(&app.anonymous(), id).await.is_null(), "{id}");
    }
    app.finish().await;
}

#[tokio::test]
async fn without_the_gateways_assertion_nothing_is_answered() {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    let app = app().await;
    let body = json!({ "query": "{ _service { sdl } }" }).to_string();
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("x-user-id", "usr_0192f0c1a2b37c4d8e5f60718293a4b5")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(app.router().oneshot(request).await.unwrap().status(), 401);
    app.finish().await;
}
