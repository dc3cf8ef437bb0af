//! Names, as other services ask for them.

use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use identity::Caller;
use ids::UserId;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::client::{app, block, person, update_profile};

/// The status, and the people of the answer in the order of their usernames.
async fn names_of(client: &Client, user_ids: &[UserId]) -> (u16, Value) {
    let request = Request::post("/internal/v1/names")
        .header("content-type", "application/json")
        .body(Body::from(json!({ "userIds": user_ids }).to_string()))
        .expect("a request");
    let response = client.request(request).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let mut answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(people) = answer["people"].as_array_mut() {
        people.sort_by_key(|person| person["username"].to_string());
    }
    (status, answer["people"].take())
}

fn hugs(app: &TestApp) -> Client {
    app.as_caller(Caller::Service("hugs".to_owned()))
}

#[tokio::test]
async fn those_who_have_a_profile_are_named_as_they_are_now_whoever_blocks_whom() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    block(&app, ada, bo).await;
    update_profile(&app.as_user(bo), json!({ "displayName": "Bo B." })).await;
    let answer = names_of(&hugs(&app), &[ada, bo, app.new_user()]).await;
    let people = json!([
        { "userId": ada, "username": "ada", "displayName": "Ada" },
        { "userId": bo, "username": "bo", "displayName": "Bo B." },
    ]);
    assert_eq!(answer, (200, people));
    app.finish().await;
}

#[tokio::test]
async fn only_hugs_may_ask_and_not_for_everybody_at_once() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let others = [app.anonymous(), app.as_user(ada), app.as_caller(Caller::Service("social".to_owned()))];
    for client in others {
        assert_eq!(names_of(&client, &[ada]).await, (403, Value::Null));
    }
    let many: Vec<_> = (0..501).map(|_| app.new_user()).collect();
    assert_eq!(names_of(&hugs(&app), &many).await, (422, Value::Null));
    assert_eq!(names_of(&hugs(&app), &many[1..]).await, (200, json!([])));
    app.finish().await;
}
