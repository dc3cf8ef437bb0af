//! How often people may do what others are bothered with.

use chrono::TimeDelta;
use events::{moods::MoodVisibility, social::FollowCreated};
use futures::future::join_all;
use ids::UserId;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use social::Social;
use testkit::{Client, TestApp, eventually};

use crate::{
    people::{does, person},
    sharing::{mood, post},
};

/// What the mutation answers: nothing wrong, or the code of what is, and how long to wait.
async fn does_or_waits(client: &Client, mutation: &str, input: Value) -> Result<(), (String, i64)> {
    let mut kind = mutation.to_owned();
    kind[..1].make_ascii_uppercase();
    let document = format!(
        "mutation M($i: {kind}Input!) {{ {mutation}(input: $i) {{ errors {{ code path retryAfterSeconds }} }} }}"
    );
    let answer = client.data(&document, json!({ "i": input })).await;
    let Some(error) = answer[mutation]["errors"].get(0) else { return Ok(()) };
    assert_eq!(error["path"], json!([]), "{answer:#}");
    let code = error["code"].as_str().expect("a code").to_owned();
    Err((code, error["retryAfterSeconds"].as_i64().expect("a number")))
}

fn limited(seconds: i64) -> Result<(), (String, i64)> {
    Err(("RATE_LIMITED".to_owned(), seconds))
}

fn report_of(person: UserId) -> Value {
    json!({ "targetId": person.to_string(), "reason": "SPAM" })
}

async fn people(app: &TestApp, how_many: usize) -> Vec<UserId> {
    let mut people = Vec::new();
    for number in 0..how_many {
        people.push(person(app, &format!("Person{number}")).await);
    }
    people
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_reports_at_once_ten_come_through_and_then_one_in_three_minutes() {
    let app = TestApp::start::<Social>().await;
    let (ada, reported) = (person(&app, "Ada").await, people(&app, 64).await);
    let reporting = reported.iter().map(|person| {
        let (client, input) = (app.as_user(ada), report_of(*person));
        tokio::spawn(async move { does_or_waits(&client, "report", input).await })
    });
    let outcomes: Vec<_> =
        join_all(reporting).await.into_iter().map(|outcome| outcome.expect("an answer")).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == limited(180)).count(), 54);

    let client = app.as_user(ada);
    let (done, left) = (outcomes.iter().position(Result::is_ok), outcomes.iter().position(Result::is_err));
    let (done, left) = (report_of(reported[done.expect("one")]), report_of(reported[left.expect("one")]));
    assert_eq!(
        does_or_waits(&client, "report", done).await,
        Ok(()),
        "it is told already, and counts no more"
    );
    app.clock.advance(TimeDelta::seconds(179));
    assert_eq!(does_or_waits(&client, "report", left.clone()).await, limited(1));
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(does_or_waits(&client, "report", left).await, Ok(()));
    assert_eq!(does_or_waits(&app.as_user(reported[0]), "report", report_of(ada)).await, Ok(()));
    app.finish().await;
}

#[tokio::test]
async fn following_is_counted_when_it_comes_to_be_however_often_it_is_undone() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    for _ in 0..200 {
        does(&app, ada, "follow", bo).await;
        does(&app, ada, "follow", bo).await;
        does(&app, ada, "unfollow", bo).await;
    }
    let client = app.as_user(ada);
    let follow =
        || does_or_waits(&client, "follow", json!({ "userId": bo.to_string(), "idempotencyKey": "k" }));
    assert_eq!(follow().await, limited(432));
    assert_eq!(app.events::<FollowCreated>().await.len(), 200);
    // What was refused was not done, and its key is free.
    app.clock.advance(TimeDelta::seconds(432));
    assert_eq!(follow().await, Ok(()));
    assert_eq!(follow().await, Ok(()));
    does(&app, bo, "follow", ada).await;
    app.finish().await;
}

#[tokio::test]
async fn posts_and_reactions_come_in_numbers_that_people_can_read() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let shared = mood(&app, ada, MoodVisibility::Public).await;
    let input = json!({ "moodId": shared.to_string(), "visibility": "PUBLIC" });
    let client = app.as_user(ada);
    let id = post(&app, ada, "PUBLIC").await;
    for _ in 0..29 {
        assert_eq!(does_or_waits(&client, "createPost", input.clone()).await, Ok(()));
    }
    assert_eq!(does_or_waits(&client, "createPost", input).await, limited(120));
    let client = app.as_user(bo);
    let react = || does_or_waits(&client, "addReaction", json!({ "targetId": id, "kind": "HEART" }));
    for _ in 0..300 {
        assert_eq!(react().await, Ok(()));
    }
    assert_eq!(react().await, limited(10));
    app.clock.advance(TimeDelta::seconds(10));
    assert_eq!(react().await, Ok(()));
    app.finish().await;
}

#[tokio::test]
async fn what_holds_nobody_up_any_more_is_forgotten() {
    let app = TestApp::start::<Social>().await;
    let keys = async |app: &TestApp| {
        let rows = "SELECT key FROM throttles ORDER BY key";
        let rows = Statement::from_string(app.db.backend(), rows);
        let rows = app.db.reader().query_all_raw(rows).await.expect("rows").into_iter();
        rows.map(|row| row.try_get_by_index(0).expect("a key")).collect::<Vec<String>>()
    };
    let now = app.foundation.ctx().now().timestamp_millis();
    for (key, empty_at) in [("posts:ada", now), ("posts:bo", now + 1)] {
        let insert = format!("INSERT INTO throttles (key, empty_at) VALUES ('{key}', {empty_at})");
        app.db.reader().execute_unprepared(&insert).await.expect("a row");
    }
    let app = TestApp::builder::<Social>().database(app.stop().await).start().await;
    eventually("the empty bucket to be gone", || async { (keys(&app).await == ["posts:bo"]).then_some(()) })
        .await;
    app.finish().await;
}
