//! Two people who act at the same moment.

use futures::future::join_all;
use ids::UserId;
use serde_json::json;
use social::Social;
use testkit::TestApp;

use crate::{
    crossing::{keep, waiting},
    moderating::{open, reported},
    people::{mutation, person},
    sequences::State,
};

/// Lets all of it happen at once; who is refused is of no interest here, a failure is.
async fn at_once(app: &TestApp, deeds: Vec<(UserId, &'static str, UserId)>) {
    let tasks = deeds.into_iter().map(|(who, action, whom)| {
        let client = app.as_user(who);
        let input = json!({ "input": { "userId": whom.to_string() } });
        tokio::spawn(async move { client.data(&mutation(action), input).await })
    });
    for outcome in join_all(tasks).await {
        outcome.expect("every request is answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follow_that_races_with_a_block_never_outlives_it() {
    let app = TestApp::start::<Social>().await;
    for _ in 0..12 {
        let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
        let deeds = vec![(ada, "follow", bo), (bo, "follow", ada), (ada, "block", bo), (ada, "follow", bo)];
        at_once(&app, deeds).await;
        let seen = State::as_seen(&app, [ada, bo]).await;
        assert_eq!(seen, State::of_events(&app.envelopes().await, [ada, bo]));
        let [_, _, blocking] = crate::people::relationship(&app, ada, bo).await;
        assert!(blocking);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_block_each_other_at_the_same_moment_one_comes_first() {
    let app = TestApp::start::<Social>().await;
    for _ in 0..12 {
        let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
        at_once(&app, vec![(ada, "block", bo), (bo, "block", ada)]).await;
        let seen = State::as_seen(&app, [ada, bo]).await;
        assert_ne!(seen, State::default());
        assert_eq!(seen, State::of_events(&app.envelopes().await, [ada, bo]));
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_requests_to_follow_the_same_person_are_one_follow() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    at_once(&app, vec![(ada, "follow", bo); 16]).await;
    assert_eq!(app.envelopes().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_one_person_reports_twice_at_the_same_moment_is_one_report() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    reported(&app, ada, &cy.to_string()).await;
    // Both come as far as they can before they are counted.
    let kept = keep(&app, "throttles").await;
    let target = bo.to_string();
    let release = async {
        waiting(&app, 2).await;
        kept.rollback().await.expect("they go on");
    };
    let (one, other, ()) = tokio::join!(reported(&app, ada, &target), reported(&app, ada, &target), release);
    assert_eq!(one, other);
    assert_eq!(open(&app.as_moderator(app.new_user()), "OPEN").await.len(), 2);
    app.finish().await;
}
