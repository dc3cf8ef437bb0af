//! People who are gone.

use chrono::TimeDelta;
use events::{
    auth::UserErased,
    streaks::{ErasureCompleted, StreakBroken},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use streaks::Streaks;
use testkit::{TestApp, eventually};

use crate::{CHECK_IN, CONSENT, Logger, PAUSE, hug, log_days_until_today, mutate, of_user, streaks};

#[tokio::test]
async fn nothing_is_left_of_somebody_who_is_gone_and_nothing_comes_back() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (Logger::new(&app), app.new_user());
    let client = app.as_user(ada.user_id);
    for person in [ada.user_id, bo] {
        log_days_until_today(&app, person, 3).await;
        app.tell(&hug(&app, person)).await;
    }
    mutate(&client, CHECK_IN, json!({ "idempotencyKey": "k" })).await;
    mutate(&client, CONSENT, json!({ "consents": true })).await;
    mutate(&client, PAUSE, json!({ "kind": "CHECK_IN", "from": "2026-03-02", "to": "2026-03-02" })).await;
    let late = app.envelope(&ada.logged(&app, "2026-03-01"));
    let erased_at = clock::Clock::now(app.clock.as_ref());
    app.tell(&UserErased { user_id: ada.user_id, erased_at }).await;
    app.tell_envelope(late).await;

    assert_eq!(streaks(&client, ada.user_id).await, json!([]));
    let fields = "points badges { awardedAt } streakSettings { onLeaderboard }";
    let nothing = json!({ "points": 0, "badges": [], "streakSettings": { "onLeaderboard": false } });
    assert_eq!(of_user(&client, ada.user_id, fields).await, nothing);
    assert_eq!(client.failure(CHECK_IN, json!({ "input": null })).await, "UNAUTHENTICATED");
    assert_eq!(of_user(&app.as_user(bo), bo, "points").await["points"], json!(10));
    let completed: Vec<_> = app.events::<ErasureCompleted>().await.iter().map(|told| told.user_id).collect();
    assert_eq!(completed, [ada.user_id]);
    app.finish().await;
}

/// Returns once somebody waits for somebody else, where the database tells.
async fn one_waits(app: &TestApp) {
    if !app.db.is_sqlite() {
        let waiting =
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waiting = Statement::from_string(app.db.backend(), waiting);
        let asking =
            || async { app.db.reader().query_one_raw(waiting.clone()).await.expect("an answer").map(|_| ()) };
        eventually("the worker to wait", asking).await;
    }
}

#[tokio::test]
async fn the_end_of_a_streak_waits_for_the_erasure_of_its_owner_and_is_told_to_nobody() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    let now = clock::Clock::now(app.clock.as_ref());
    let erasing = app.foundation.outbox.begin(None).await.expect("a transaction");
    erasure::mark_erased(&erasing, ada.user_id, now).await.expect("they are gone");
    let forgotten = erasing.execute_unprepared("DELETE FROM standings").await.expect("the streak goes");
    assert_eq!(forgotten.rows_affected(), 1);
    app.clock.advance(TimeDelta::hours(36));
    one_waits(&app).await;
    let nowait = if app.db.is_sqlite() { "" } else { "FOR UPDATE NOWAIT" };
    let free = erasing.execute_unprepared(&format!("SELECT 1 FROM members {nowait}")).await;
    free.expect("whoever waits holds nothing that the erasure needs");
    erasing.commit().await.expect("the erasure is done");
    app.tell(&UserErased { user_id: ada.user_id, erased_at: now }).await;
    assert_eq!(app.events::<StreakBroken>().await, []);
    app.finish().await;
}
