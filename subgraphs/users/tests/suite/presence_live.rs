//! Presence as it changes.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use events::{social::Unblocked, users::PresenceChanged};
use ids::UserId;
use serde_json::{Value, json};
use testkit::{Client, EventStream, TestApp};

use crate::client::{app, beat, block, follow, person, set_privacy};

const WATCH: &str = "subscription($u: [ID!]!) { presenceChanged(userIds: $u) {
    userId presence user { username } } }";

async fn watch(client: &Client, people: &[UserId]) -> EventStream {
    client.subscribe(WATCH, json!({ "u": people })).await
}

/// Who is now present how, by username; of somebody who isn't there any more nothing but null.
async fn next(stream: &mut EventStream) -> (Value, Value) {
    let mut change = stream.next_data().await["presenceChanged"].take();
    (change["user"]["username"].take(), change["presence"].take())
}

fn change(username: &str, presence: &str) -> (Value, Value) {
    (json!(username), json!(presence))
}

async fn pair(app: &TestApp) -> (UserId, UserId) {
    (person(app, "ada", "Ada").await, person(app, "bo", "Bo").await)
}

#[tokio::test]
async fn a_stream_tells_how_people_are_present_and_then_each_change_once() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let adas = app.as_user(ada);
    let mut stream = watch(&app.as_user(bo), &[ada]).await;
    assert_eq!(next(&mut stream).await, change("ada", "OFFLINE"));
    beat(&adas, "laptop", false).await;
    assert_eq!(next(&mut stream).await, change("ada", "ONLINE"));
    beat(&adas, "laptop", false).await;
    beat(&adas, "phone", true).await;
    beat(&adas, "laptop", true).await;
    assert_eq!(next(&mut stream).await, change("ada", "AWAY"), "of two connections neither looks");
    stream.expect_quiet().await;
    let told = app.events::<PresenceChanged>().await;
    assert_eq!(told.iter().map(|event| event.user_id).collect::<Vec<_>>(), [ada, ada]);
    drop(stream);
    app.finish().await;
}

#[tokio::test]
async fn who_says_nothing_any_more_is_told_to_be_gone() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    beat(&app.as_user(ada), "laptop", false).await;
    app.clock.advance(TimeDelta::seconds(20));
    beat(&app.as_user(ada), "phone", true).await;
    let mut stream = watch(&app.as_user(bo), &[ada]).await;
    assert_eq!(next(&mut stream).await, change("ada", "ONLINE"));
    app.clock.advance(TimeDelta::seconds(25));
    assert_eq!(next(&mut stream).await, change("ada", "AWAY"), "the laptop is forgotten");
    app.clock.advance(TimeDelta::seconds(20));
    assert_eq!(next(&mut stream).await, change("ada", "OFFLINE"));
    drop(stream);
    app.finish().await;
}

#[tokio::test]
async fn hiding_and_showing_oneself_is_seen_by_those_who_watch_and_works_both_ways() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let (adas, bos) = (app.as_user(ada), app.as_user(bo));
    beat(&adas, "tab", false).await;
    beat(&bos, "tab", true).await;
    let (mut of_ada, mut of_bo) = (watch(&bos, &[ada]).await, watch(&adas, &[bo]).await);
    assert_eq!(next(&mut of_ada).await, change("ada", "ONLINE"));
    assert_eq!(next(&mut of_bo).await, change("bo", "AWAY"));
    set_privacy(&adas, json!({ "presence": "NOBODY" })).await;
    assert_eq!(next(&mut of_ada).await, (json!("ada"), Value::Null));
    assert_eq!(next(&mut of_bo).await, (json!("bo"), Value::Null), "who hides sees nobody else");
    beat(&adas, "tab", true).await;
    of_ada.expect_quiet().await;
    set_privacy(&adas, json!({ "presence": "FOLLOWED" })).await;
    of_ada.expect_quiet().await;
    follow(&app, ada, bo).await;
    assert_eq!(next(&mut of_ada).await, change("ada", "AWAY"));
    assert_eq!(next(&mut of_bo).await, change("bo", "AWAY"));
    drop((of_ada, of_bo));
    app.finish().await;
}

#[tokio::test]
async fn a_blocked_pair_sees_nothing_of_each_other_from_that_moment() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let bos = app.as_user(bo);
    beat(&app.as_user(ada), "tab", false).await;
    let mut stream = watch(&bos, &[ada, app.new_user()]).await;
    assert_eq!(next(&mut stream).await, change("ada", "ONLINE"));
    block(&app, ada, bo).await;
    assert_eq!(next(&mut stream).await, (Value::Null, Value::Null));
    beat(&app.as_user(ada), "tab", true).await;
    stream.expect_quiet().await;
    let mut later = watch(&bos, &[ada]).await;
    later.expect_quiet().await;
    let at = clock::Clock::now(&*app.clock);
    app.tell(&Unblocked { blocker_id: ada, blocked_id: bo, at }).await;
    assert_eq!(next(&mut stream).await, change("ada", "AWAY"));
    assert_eq!(next(&mut later).await, change("ada", "AWAY"));
    drop((stream, later));
    app.finish().await;
}

#[tokio::test]
async fn many_are_watched_at_once_and_nobody_more_than_a_hundred() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let mut stream = watch(&app.as_user(ada), &[bo, ada]).await;
    let first: BTreeSet<_> =
        [next(&mut stream).await, next(&mut stream).await].map(|(name, _)| name.to_string()).into();
    assert_eq!(first, BTreeSet::from([r#""ada""#.to_owned(), r#""bo""#.to_owned()]));
    let many: Vec<_> = (0..101).map(|_| app.new_user()).collect();
    let refused = watch(&app.as_user(ada), &many).await.next().await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let refused = watch(&app.anonymous(), &[bo]).await.next().await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let mut nobody = app.as_user(ada).subscribe(WATCH, json!({ "u": ["", "nobody", "hug_1"] })).await;
    nobody.expect_quiet().await;
    drop((stream, nobody));
    app.finish().await;
}

#[tokio::test]
async fn of_connections_that_change_at_once_none_is_overlooked() {
    let app = app().await;
    let (ada, bo) = pair(&app).await;
    let adas = app.as_user(ada);
    for round in 0..5 {
        for tab in ["one", "two"] {
            beat(&adas, tab, false).await;
        }
        tokio::join!(beat(&adas, "one", true), beat(&adas, "two", true));
        let told = app.events::<PresenceChanged>().await.len();
        assert_eq!(told, 2 * (round + 1), "there, and away");
    }
    let mut stream = watch(&app.as_user(bo), &[ada]).await;
    assert_eq!(next(&mut stream).await, change("ada", "AWAY"));
    drop(stream);
    app.finish().await;
}
