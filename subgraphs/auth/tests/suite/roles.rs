//! Who has which role, who decides it, and what tokens say of it.

use auth::Auth;
use axum::{body::Body, http::Request};
use events::auth::RolesChanged;
use http_body_util::BodyExt as _;
use identity::Caller;
use ids::UserId;
use serde_json::{Value, json};
use service::Subgraph as _;
use testkit::{Client, TestApp};

use crate::client::{ada, app, claims, log_in, refresh, refresh_token, refusal_of, register};

const SET_ROLES: &str = "mutation($u: ID!, $r: [Role!]!) { setRoles(input: {userId: $u, roles: $r}) {
    user { id } roles errors { code path } } }";

async fn somebody(app: &TestApp, name: &str) -> (UserId, Value) {
    let mut input = ada();
    input["email"] = json!(format!("{name}@example.org"));
    input["username"] = json!(name);
    let payload = register(&app.anonymous(), input).await;
    let id = payload["user"]["id"].as_str().expect("an id");
    (UserId::parse(id).expect("the id of a user"), payload)
}

/// What an operator does at a command line.
async fn operate(app: &TestApp, command: &str, given: [&str; 2]) -> Result<String, String> {
    let command = Auth::operator_commands().into_iter().find(|known| known.name == command);
    let command = command.expect("the command");
    let done = (command.run)(app.foundation.ctx(), given.map(str::to_owned).into()).await;
    done.map_err(|error| error.to_string())
}

async fn set(client: &Client, user: UserId, roles: &[&str]) -> Value {
    client.data(SET_ROLES, json!({ "u": user, "r": roles })).await["setRoles"].take()
}

#[tokio::test]
async fn whoever_registers_is_a_user_and_nothing_else() {
    let app = app().await;
    let (_, payload) = somebody(&app, "bo").await;
    let claims = claims(&payload);
    assert_eq!((&claims["roles"], &claims["scope"]), (&json!(["user"]), &json!("user")));
    app.finish().await;
}

#[tokio::test]
async fn an_operator_makes_the_first_admin_whose_next_token_says_so() {
    let app = app().await;
    let (bo, payload) = somebody(&app, "bo").await;
    let said = operate(&app, "grant-role", ["BO@example.org", "admin"]).await.unwrap();
    assert!(said.contains("is now admin") && said.contains(&bo.to_string()), "{said}");
    let told = app.events::<RolesChanged>().await;
    assert_eq!((told[0].user_id, told[0].roles.as_slice()), (bo, ["admin".to_owned()].as_slice()));
    assert_eq!(told[0].until - told[0].changed_at, chrono::TimeDelta::minutes(15));
    let refreshed = refresh(&app.anonymous(), &refresh_token(&payload)).await;
    let logged_in = log_in(&app.anonymous(), "bo@example.org", crate::client::PASSWORD).await;
    for tokens in [refreshed, logged_in] {
        let claims = claims(&tokens);
        assert_eq!(claims["roles"], json!(["user", "admin"]));
        assert_eq!(claims["scope"], "user administration moderation");
    }
    operate(&app, "revoke-role", ["bo@example.org", "admin"]).await.unwrap();
    assert_eq!(app.events::<RolesChanged>().await[1].roles, Vec::<String>::new());
    app.finish().await;
}

/// What auth answers another service, or anybody, who asks for the roles of `user`.
async fn ask(client: &Client, user: UserId) -> (u16, Value) {
    let body = Body::from(json!({ "userId": user }).to_string());
    let request = Request::post("/internal/v1/roles").header("content-type", "application/json").body(body);
    let response = client.request(request.expect("a request")).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn services_are_told_who_has_which_role_now_and_nobody_else_is() {
    let app = app().await;
    let (bo, _) = somebody(&app, "bo").await;
    let social = app.as_caller(Caller::Service("social".to_owned()));
    assert_eq!(ask(&social, bo).await, (200, json!({ "roles": [] })));
    operate(&app, "grant-role", ["bo@example.org", "moderator"]).await.unwrap();
    assert_eq!(ask(&social, bo).await, (200, json!({ "roles": ["moderator"] })));
    assert_eq!(ask(&social, app.new_user()).await, (200, json!({ "roles": [] })));
    for stranger in [app.as_user(bo), app.anonymous()] {
        assert_eq!(ask(&stranger, bo).await.0, 403);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_operator_is_told_what_is_wrong() {
    let app = app().await;
    somebody(&app, "bo").await;
    for (given, reason) in [
        (["bo", "admin"], "not an e-mail address"),
        (["cy@example.org", "admin"], "no account"),
        (["bo@example.org", "king"], "neither moderator nor admin"),
    ] {
        let refused = operate(&app, "grant-role", given).await.unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
    assert_eq!(app.events::<RolesChanged>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn an_admin_decides_who_moderates() {
    let app = app().await;
    let ((ada, _), (bo, payload)) = (somebody(&app, "ada").await, somebody(&app, "bo").await);
    operate(&app, "grant-role", ["ada@example.org", "admin"]).await.unwrap();
    let admin = app.as_admin(ada);
    let done = set(&admin, bo, &["MODERATOR"]).await;
    assert_eq!(done, json!({ "user": { "id": bo }, "roles": ["MODERATOR"], "errors": [] }));
    set(&admin, bo, &["MODERATOR", "MODERATOR"]).await;
    let told: Vec<_> = app.events::<RolesChanged>().await.into_iter().map(|event| event.user_id).collect();
    assert_eq!(told, [ada, bo], "what stays the same is not told");
    let tokens = refresh(&app.anonymous(), &refresh_token(&payload)).await;
    assert_eq!(claims(&tokens)["scope"], "user moderation");
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { account { roles } } } }";
    let own = json!({ "r": [{ "__typename": "User", "id": bo }] });
    let shown = app.as_user(bo).data(query, own).await;
    assert_eq!(shown["_entities"][0]["account"]["roles"], json!(["MODERATOR"]));
    app.finish().await;
}

#[tokio::test]
async fn nobody_but_an_admin_decides_whatever_their_token_says() {
    let app = app().await;
    let (bo, _) = somebody(&app, "bo").await;
    operate(&app, "grant-role", ["bo@example.org", "moderator"]).await.unwrap();
    let input = json!({ "u": bo, "r": ["ADMIN"] });
    assert_eq!(app.anonymous().failure(SET_ROLES, input.clone()).await, "UNAUTHENTICATED");
    // A token from before a change says what no longer holds.
    for client in [app.as_user(bo), app.as_moderator(bo), app.as_admin(bo), app.as_admin(app.new_user())] {
        assert_eq!(client.failure(SET_ROLES, input.clone()).await, "FORBIDDEN");
    }
    assert_eq!(app.events::<RolesChanged>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_who_is_not_there_becomes_one() {
    let app = app().await;
    let ((ada, _), (bo, _)) = (somebody(&app, "ada").await, somebody(&app, "bo").await);
    operate(&app, "grant-role", ["ada@example.org", "admin"]).await.unwrap();
    let admin = app.as_admin(ada);
    assert_eq!(refusal_of(&set(&admin, ada, &["MODERATOR"]).await), "LAST_ADMIN");
    assert_eq!(refusal_of(&set(&admin, app.new_user(), &["ADMIN"]).await), "USER_NOT_FOUND");
    let nobody = admin.data(SET_ROLES, json!({ "u": "nobody", "r": [] })).await;
    assert_eq!(refusal_of(&nobody["setRoles"]), "USER_NOT_FOUND");
    set(&admin, bo, &["ADMIN"]).await;
    assert_eq!(set(&admin, ada, &[]).await["roles"], json!([]));
    assert_eq!(admin.failure(SET_ROLES, json!({ "u": bo, "r": [] })).await, "FORBIDDEN");
    app.finish().await;
}

#[tokio::test]
async fn of_two_admins_who_depose_each_other_one_remains() {
    let app = app().await;
    let ((ada, _), (bo, _)) = (somebody(&app, "ada").await, somebody(&app, "bo").await);
    for address in ["ada@example.org", "bo@example.org"] {
        operate(&app, "grant-role", [address, "admin"]).await.unwrap();
    }
    let (adas, bos) = (app.as_admin(ada), app.as_admin(bo));
    let depose = |user| json!({ "u": user, "r": [] });
    let (one, other) = tokio::join!(adas.graphql(SET_ROLES, depose(bo)), bos.graphql(SET_ROLES, depose(ada)));
    let deposed = |answer: &Value| answer["data"]["setRoles"]["roles"] == json!([]);
    assert_ne!(deposed(&one), deposed(&other), "{one:#} {other:#}");
    app.finish().await;
}
