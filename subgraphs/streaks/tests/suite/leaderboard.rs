//! Streaks beside those of others.

use chrono::TimeDelta;
use events::social::{Blocked, FollowCreated};
use ids::UserId;
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::TestApp;

use crate::{CONSENT, TRACK, log_days_until_today, mutate};

const LEADERBOARD: &str = "query($kind: StreakKind!, $first: Int) {
    leaderboard(kind: $kind, first: $first) { rank current user { id } }
}";

async fn leaderboard(app: &TestApp, viewer: UserId) -> Value {
    let variables = json!({ "kind": "MOOD_LOGGING" });
    app.as_user(viewer).data(LEADERBOARD, variables).await["leaderboard"].take()
}

async fn consent(app: &TestApp, people: &[UserId]) {
    for person in people {
        let payload = mutate(&app.as_user(*person), CONSENT, json!({ "consents": true })).await;
        assert_eq!(payload, json!({ "settings": { "onLeaderboard": true }, "errors": [] }));
    }
}

async fn follow(app: &TestApp, follower_id: UserId, people: &[UserId]) {
    for followed_id in people.iter().copied() {
        let at = clock::Clock::now(app.clock.as_ref());
        app.tell(&FollowCreated { follower_id, followed_id, at }).await;
    }
}

fn place(rank: u32, user: UserId, current: u32) -> Value {
    json!({ "rank": rank, "current": current, "user": { "id": user } })
}

#[tokio::test]
async fn people_who_consent_are_compared_with_those_they_follow_who_do_so_as_well() {
    let app = TestApp::start::<Streaks>().await;
    let [ada, bo, cy, di, ed] = [0; 5].map(|_| app.new_user());
    for (person, days) in [(ada, 2), (bo, 4), (cy, 9), (di, 5), (ed, 4)] {
        log_days_until_today(&app, person, days).await;
    }
    follow(&app, ada, &[bo, cy, ed]).await;
    consent(&app, &[bo, di, ed]).await;
    assert_eq!(leaderboard(&app, ada).await, json!([]), "she hasn't consented");
    consent(&app, &[ada]).await;
    // Cy doesn't consent, and she doesn't follow Di.
    let places = json!([place(1, bo, 5), place(1, ed, 5), place(3, ada, 3)]);
    assert_eq!(leaderboard(&app, ada).await, places);
    let first = app.as_user(ada).data(LEADERBOARD, json!({ "kind": "MOOD_LOGGING", "first": 1 })).await;
    assert_eq!(first["leaderboard"], json!([place(1, bo, 5)]));
    assert_eq!(leaderboard(&app, bo).await, json!([place(1, bo, 5)]), "he follows nobody");
    app.finish().await;
}

#[tokio::test]
async fn a_streak_that_has_ended_or_is_not_wanted_or_is_behind_a_block_is_not_on_it() {
    let app = TestApp::start::<Streaks>().await;
    let [ada, bo, cy, di] = [0; 4].map(|_| app.new_user());
    for person in [ada, bo, cy, di] {
        log_days_until_today(&app, person, 2).await;
    }
    follow(&app, ada, &[bo, cy, di]).await;
    consent(&app, &[ada, bo, cy, di]).await;
    app.tell(&Blocked { blocker_id: cy, blocked_id: ada, at: clock::Clock::now(app.clock.as_ref()) }).await;
    mutate(&app.as_user(di), TRACK, json!({ "kind": "MOOD_LOGGING", "tracked": false })).await;
    assert_eq!(leaderboard(&app, ada).await, json!([place(1, ada, 3), place(1, bo, 3)]));
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(leaderboard(&app, ada).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_leaderboard_needs_a_viewer_and_a_size() {
    let app = TestApp::start::<Streaks>().await;
    let kind = json!({ "kind": "HUGGING" });
    assert_eq!(app.anonymous().failure(LEADERBOARD, kind).await, "UNAUTHENTICATED");
    for first in [0, 101] {
        let variables = json!({ "kind": "HUGGING", "first": first });
        assert_eq!(app.as_user(app.new_user()).failure(LEADERBOARD, variables).await, "BAD_USER_INPUT");
    }
    app.finish().await;
}
