//! Names kept for accounts that are just being made.

use chrono::TimeDelta;
use events::users::ProfileUpdated;
use identity::Caller;
use serde_json::json;

use crate::client::{app, auth, named, person, registered, reserve};

const ME: &str = "{ me { id username displayName joinedAt } }";

#[tokio::test]
async fn a_name_is_kept_in_its_folded_form_and_becomes_a_profile() {
    let app = app().await;
    let ada = app.new_user();
    let answer = reserve(&auth(&app), ada, "Ada", " Ada Lovelace ").await;
    assert_eq!(answer, (200, json!({ "username": "ada", "displayName": "Ada Lovelace" })));
    assert!(named(&app.anonymous(), "ada").await.is_null(), "nobody has registered yet");
    registered(&app, ada, "ada", "Ada Lovelace").await;
    assert_eq!(named(&app.anonymous(), "ADA").await, "Ada Lovelace");
    app.finish().await;
}

#[tokio::test]
async fn names_that_can_not_be_had_are_refused_with_code_and_path() {
    let app = app().await;
    person(&app, "coco", "Coco").await;
    let cases = [
        ("coco", "Other", 409, "USERNAME_TAKEN", "username"),
        ("CoCo", "Other", 409, "USERNAME_TAKEN", "username"),
        ("ｃｏｃｏ", "Other", 409, "USERNAME_TAKEN", "username"),
        // Cyrillic letters that look the same.
        ("сосо", "Other", 409, "USERNAME_TAKEN", "username"),
        ("c\u{043E}co", "Other", 422, "USERNAME_INVALID", "username"),
        ("   ", "Other", 422, "USERNAME_INVALID", "username"),
        ("a", "Other", 422, "USERNAME_INVALID", "username"),
        ("ada lovelace", "Other", 422, "USERNAME_INVALID", "username"),
        ("admin", "Other", 422, "USERNAME_RESERVED", "username"),
        ("ada", " \u{3000} ", 422, "DISPLAY_NAME_INVALID", "displayName"),
        ("ada", "\u{202E}adA", 422, "DISPLAY_NAME_INVALID", "displayName"),
    ];
    for (username, display_name, status, code, part) in cases {
        let answer = reserve(&auth(&app), app.new_user(), username, display_name).await;
        assert_eq!(answer.0, status, "{username:?}: {}", answer.1);
        assert_eq!((&answer.1["code"], &answer.1["path"]), (&json!(code), &json!(["input", part])));
        assert!(answer.1["message"].is_string());
    }
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let app = app().await;
    let wishes = (0..16).map(|number| {
        let (client, user) = (auth(&app), app.new_user());
        let name = if number % 2 == 0 { "ada" } else { "ADA" };
        tokio::spawn(async move { reserve(&client, user, name, "Ada").await.0 })
    });
    let mut statuses = Vec::new();
    for wish in wishes.collect::<Vec<_>>() {
        statuses.push(wish.await.expect("an answer"));
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_no_account_claimed_is_free_again_after_a_quarter_of_an_hour() {
    let app = app().await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Ada").await.0, 200);
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Ada").await.0, 409);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Ada").await.0, 200);
    app.finish().await;
}

#[tokio::test]
async fn the_owners_first_read_makes_the_profile_when_the_news_is_late() {
    let app = app().await;
    let ada = app.new_user();
    reserve(&auth(&app), ada, "ada", "Ada").await;
    let me = app.as_user(ada).data(ME, json!({})).await["me"].take();
    assert_eq!(me["username"], "ada");
    registered(&app, ada, "ada", "Ada").await;
    assert_eq!(app.as_user(ada).data(ME, json!({})).await["me"], me, "the news changes nothing");
    app.finish().await;
}

#[tokio::test]
async fn reads_and_the_news_at_the_same_time_make_one_profile() {
    let app = app().await;
    let ada = app.new_user();
    reserve(&auth(&app), ada, "ada", "Ada").await;
    let reads = (0..8).map(|_| {
        let client = app.as_user(ada);
        tokio::spawn(async move { client.data(ME, json!({})).await["me"]["username"].take() })
    });
    let reads = reads.collect::<Vec<_>>();
    registered(&app, ada, "ada", "Ada").await;
    for read in reads {
        assert_eq!(read.await.expect("an answer"), "ada");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_same_news_twice_makes_one_profile() {
    let app = app().await;
    let ada = app.new_user();
    for _ in 0..2 {
        registered(&app, ada, "ada", "Ada").await;
    }
    assert_eq!(named(&app.anonymous(), "ada").await, "Ada");
    app.finish().await;
}

#[tokio::test]
async fn a_name_lost_to_somebody_faster_is_replaced_and_told() {
    let app = app().await;
    let (slow, fast) = (app.new_user(), app.new_user());
    reserve(&auth(&app), slow, "ada", "Slow").await;
    app.clock.advance(TimeDelta::hours(1));
    reserve(&auth(&app), fast, "ada", "Fast").await;
    registered(&app, fast, "ada", "Fast").await;
    registered(&app, slow, "ada", "Slow").await;
    assert_eq!(named(&app.anonymous(), "ada").await, "Fast");
    let told = app.events::<ProfileUpdated>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].user_id, slow);
    assert!(told[0].username.starts_with("ada_"), "{}", told[0].username);
    assert_eq!(named(&app.anonymous(), &told[0].username).await, "Slow");
    app.finish().await;
}

#[tokio::test]
async fn a_question_that_comes_again_after_the_account_was_made_puts_no_end_to_its_name() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    assert_eq!(reserve(&auth(&app), ada, "ada", "Ada").await.0, 200);
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Another").await.0, 409);
    app.finish().await;
}

#[tokio::test]
async fn only_auth_may_ask() {
    let app = app().await;
    let others =
        [app.anonymous(), app.as_user(app.new_user()), app.as_caller(Caller::Service("hugs".to_owned()))];
    for client in others {
        assert_eq!(reserve(&client, app.new_user(), "ada", "Ada").await.0, 403);
    }
    app.finish().await;
}
