//! People who are gone.

use events::{auth::UserErased, streaks::ErasureCompleted};
use serde_json::json;
use streaks::Streaks;
use testkit::TestApp;

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
