//! Choosing a username.

use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::Client;

use crate::client::{app, auth, person, refusal, reserve, update_profile};

async fn availability(client: &Client, username: &str) -> Value {
    let query = "query($n: String!) { usernameAvailability(username: $n) { username available problem } }";
    client.data(query, json!({ "n": username })).await["usernameAvailability"].take()
}

#[tokio::test]
async fn whether_a_name_can_be_had_is_told_to_everybody_and_why_not() {
    let app = app().await;
    let ada = person(&app, "coco", "Coco").await;
    let visitor = app.anonymous();
    let answer = |username: Value, problem: Value| json!({ "username": username, "available": problem.is_null(), "problem": problem });
    assert_eq!(availability(&visitor, "Lovelace").await, answer(json!("lovelace"), Value::Null));
    assert_eq!(availability(&visitor, "COCO").await, answer(json!("coco"), json!("TAKEN")));
    assert_eq!(availability(&visitor, "сосо").await, answer(json!("сосо"), json!("TAKEN")), "in Cyrillic");
    assert_eq!(availability(&visitor, "ad_min").await, answer(Value::Null, json!("RESERVED")));
    for wrong in ["", "a", "two words", &"x".repeat(100_000)] {
        assert_eq!(availability(&visitor, wrong).await, answer(Value::Null, json!("INVALID")));
    }
    assert_eq!(availability(&app.as_user(ada), "coco").await["available"], true, "one has it oneself");
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_is_kept_is_not_available_until_it_is_free_again() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "soon", "Soon").await.0, 200);
    assert_eq!(availability(&app.anonymous(), "soon").await["problem"], "TAKEN");
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(availability(&app.anonymous(), "soon").await["available"], true);
    update_profile(&app.as_user(ada), json!({ "username": "lovelace" })).await;
    assert_eq!(availability(&app.anonymous(), "ada").await["problem"], "TAKEN");
    assert_eq!(availability(&app.as_user(ada), "ada").await["available"], true, "to its former owner");
    app.clock.advance(TimeDelta::days(30));
    assert_eq!(availability(&app.anonymous(), "ada").await["available"], true);
    app.finish().await;
}

#[tokio::test]
async fn a_name_in_other_letters_of_the_same_case_is_the_same_name() {
    let app = app().await;
    person(&app, "straße", "Street").await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "STRASSE", "Street").await.0, 409);
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    assert_eq!(refusal(&update_profile(&ada, json!({ "username": "strasse" })).await), "USERNAME_TAKEN");
    app.finish().await;
}

#[tokio::test]
async fn a_person_is_found_by_their_id_as_any_node_is() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let query = "query($id: ID!) { node(id: $id) { id __typename ... on User { username } } }";
    let found = app.anonymous().data(query, json!({ "id": ada })).await;
    assert_eq!(found["node"], json!({ "id": ada, "__typename": "User", "username": "ada" }));
    for nothing in [app.new_user().to_string().as_str(), "", "hug_0192f0c1a2b37c4d8e5f60718293a4b5"] {
        assert_eq!(app.anonymous().data(query, json!({ "id": nothing })).await, json!({ "node": null }));
    }
    app.finish().await;
}
