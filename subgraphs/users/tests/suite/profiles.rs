//! Profiles: reading and changing them.

use chrono::TimeDelta;
use events::users::ProfileUpdated;
use ids::UserId;
use serde_json::{Value, json};

use crate::client::{app, auth, entity, named, person, refusal, reserve, update_profile};

#[tokio::test]
async fn a_person_is_found_by_id_and_by_username_and_by_themselves() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    let fields = "id username displayName bio pronouns joinedAt";
    let expected = json!({
        "id": ada, "username": "ada", "displayName": "Ada", "bio": null, "pronouns": null,
        "joinedAt": "2026-03-01T12:00:00+00:00",
    });
    let query = format!("query($id: ID!) {{ user(id: $id) {{ {fields} }} me {{ {fields} }} }}");
    let answer = app.as_user(ada).data(&query, json!({ "id": ada })).await;
    assert_eq!(answer, json!({ "user": expected, "me": expected }));
    assert_eq!(entity(&app.anonymous(), json!({ "id": ada }), fields).await, expected);
    assert_eq!(entity(&app.anonymous(), json!({ "username": "ada" }), fields).await, expected);
    app.finish().await;
}

#[tokio::test]
async fn nobody_is_null_and_never_an_error() {
    let app = app().await;
    let query = "query($id: ID, $n: String) { user(id: $id, username: $n) { id } }";
    let stranger = app.new_user();
    for id in
        [stranger.to_string().as_str(), "", "usr_", "' OR 1=1 --", "hug_0192f0c1a2b37c4d8e5f60718293a4b5"]
    {
        assert_eq!(app.anonymous().data(query, json!({ "id": id })).await, json!({ "user": null }));
        assert!(entity(&app.anonymous(), json!({ "id": id }), "username").await.is_null());
    }
    for name in ["nobody_here", "", " ", "\u{0}", &"x".repeat(100_000)] {
        assert_eq!(app.anonymous().data(query, json!({ "n": name })).await, json!({ "user": null }));
    }
    assert_eq!(app.anonymous().data("{ me { id } }", json!({})).await, json!({ "me": null }));
    assert_eq!(app.as_user(stranger).data("{ me { id } }", json!({})).await, json!({ "me": null }));
    assert_eq!(app.anonymous().failure("{ user { id } }", json!({})).await, "BAD_USER_INPUT");
    app.finish().await;
}

#[tokio::test]
async fn a_profile_changes_in_what_is_given_and_in_nothing_else() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    let all = update_profile(
        &ada,
        json!({ "displayName": " Countess ", "bio": "one\ntwo", "pronouns": "she/her" }),
    )
    .await;
    let mut expected =
        json!({ "username": "ada", "displayName": "Countess", "bio": "one\ntwo", "pronouns": "she/her" });
    assert_eq!(all, json!({ "user": expected, "errors": [] }));
    expected["bio"] = Value::Null;
    let without_bio = update_profile(&ada, json!({ "bio": null })).await;
    assert_eq!(without_bio["user"], expected);
    assert_eq!(update_profile(&ada, json!({})).await["user"], expected);
    let told = app.events::<ProfileUpdated>().await;
    assert_eq!(told.len(), 1, "only names are told, and only when they change");
    assert_eq!((told[0].username.as_str(), told[0].display_name.as_str()), ("ada", "Countess"));
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_part_changes_nothing_of_the_profile() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    person(&app, "bo", "Bo").await;
    let cases = [
        (json!({ "bio": "new", "displayName": "\u{200B}" }), "DISPLAY_NAME_INVALID", "displayName"),
        (json!({ "displayName": "New", "bio": "x".repeat(501) }), "BIO_INVALID", "bio"),
        (json!({ "displayName": "New", "pronouns": "a\nb" }), "PRONOUNS_INVALID", "pronouns"),
        (json!({ "displayName": "New", "username": "b o" }), "USERNAME_INVALID", "username"),
        (json!({ "displayName": "New", "username": "support" }), "USERNAME_RESERVED", "username"),
        (json!({ "displayName": "New", "username": "BO" }), "USERNAME_TAKEN", "username"),
    ];
    for (input, code, part) in cases {
        let payload = update_profile(&ada, input).await;
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", part]));
        assert!(payload["user"].is_null());
    }
    assert_eq!(named(&app.anonymous(), "ada").await, "Ada");
    assert_eq!(app.events::<ProfileUpdated>().await, []);
    app.finish().await;
}

#[tokio::test]
async fn a_name_given_up_stays_its_owners_for_thirty_days() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    assert_eq!(update_profile(&ada, json!({ "username": "Countess" })).await["user"]["username"], "countess");
    assert_eq!(named(&app.anonymous(), "countess").await, "Ada");
    assert!(named(&app.anonymous(), "ada").await.is_null());
    app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Other").await.0, 409);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Other").await.0, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_new_name_has_to_be_borne_for_a_while_and_the_former_can_be_taken_back() {
    let app = app().await;
    let ada = app.as_user(person(&app, "ada", "Ada").await);
    update_profile(&ada, json!({ "username": "countess" })).await;
    let soon = update_profile(&ada, json!({ "username": "ada" })).await;
    assert_eq!(refusal(&soon), "USERNAME_CHANGED_LATELY");
    let same = update_profile(&ada, json!({ "username": "countess", "bio": "hello" })).await;
    assert_eq!(same["user"]["bio"], "hello", "the same name is no change");
    app.clock.advance(TimeDelta::days(14));
    assert_eq!(update_profile(&ada, json!({ "username": "ada" })).await["user"]["username"], "ada");
    assert_eq!(reserve(&auth(&app), app.new_user(), "countess", "Other").await.0, 409);
    app.clock.advance(TimeDelta::days(365));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Other").await.0, 409, "it is in use again");
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_take_one_name_at_once_one_gets_it() {
    let app = app().await;
    let mut attempts = Vec::new();
    for number in 0..6 {
        let client = app.as_user(person(&app, &format!("person{number}"), "Person").await);
        attempts.push(tokio::spawn(
            async move { update_profile(&client, json!({ "username": "wanted" })).await },
        ));
    }
    let mut taken = 0;
    for attempt in attempts {
        let payload = attempt.await.expect("an answer");
        if payload["user"].is_null() {
            assert_eq!(refusal(&payload), "USERNAME_TAKEN");
            taken += 1;
        }
    }
    assert_eq!(taken, 5);
    app.finish().await;
}

#[tokio::test]
async fn changing_a_profile_takes_somebody_with_one() {
    let app = app().await;
    let mutation = r#"mutation { updateProfile(input: {bio: "x"}) { errors { code } } }"#;
    assert_eq!(app.anonymous().failure(mutation, json!({})).await, "UNAUTHENTICATED");
    let stranger: UserId = app.new_user();
    assert_eq!(app.as_user(stranger).failure(mutation, json!({})).await, "NOT_FOUND");
    app.finish().await;
}
