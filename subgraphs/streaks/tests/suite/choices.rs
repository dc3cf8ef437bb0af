//! Which streaks people want.

use events::streaks::{MilestoneReached, StreakChanged, StreakExtended};
use serde_json::json;
use streaks::Streaks;
use testkit::TestApp;

use crate::{Logger, TRACK, mutate, of_user, streak, streaks};

/// The days in a row that others were told of.
async fn lengths(app: &TestApp) -> Vec<Option<u32>> {
    app.events::<StreakChanged>().await.iter().map(|told| told.current).collect()
}

#[tokio::test]
async fn a_streak_that_is_not_wanted_is_told_to_nobody_and_is_whole_when_it_is_wanted_again() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let client = app.as_user(ada.user_id);
    app.tell(&ada.logged(&app, "2026-02-27")).await;
    let off = mutate(&client, TRACK, json!({ "kind": "MOOD_LOGGING", "tracked": false })).await;
    let settings = json!({ "tracked": ["HUGGING", "CHECK_IN"], "showsBadges": true, "onLeaderboard": false });
    assert_eq!(off, json!({ "settings": settings, "errors": [] }));
    assert_eq!(lengths(&app).await, [Some(0), Some(0)]);
    let told = app.events::<StreakExtended>().await.len();
    app.tell(&ada.logged(&app, "2026-02-28")).await;
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    assert_eq!(streaks(&client, ada.user_id).await, json!([]));
    assert_eq!(app.events::<StreakExtended>().await.len(), told);
    assert_eq!(app.events::<MilestoneReached>().await, []);

    mutate(&client, TRACK, json!({ "kind": "MOOD_LOGGING", "tracked": true })).await;
    assert_eq!(streak(&app, ada.user_id).await["current"], json!(3));
    assert_eq!(app.events::<MilestoneReached>().await.len(), 1);
    assert_eq!(lengths(&app).await, [Some(0), Some(0), Some(3)]);
    let chosen = of_user(&client, ada.user_id, "streakSettings { tracked onLeaderboard }").await;
    let all = json!(["MOOD_LOGGING", "HUGGING", "CHECK_IN"]);
    assert_eq!(chosen["streakSettings"], json!({ "tracked": all, "onLeaderboard": false }));
    app.finish().await;
}

#[tokio::test]
async fn choosing_needs_somebody_who_is_logged_in() {
    let app = TestApp::start::<Streaks>().await;
    let input = json!({ "input": { "kind": "HUGGING", "tracked": false } });
    assert_eq!(app.anonymous().failure(TRACK, input).await, "UNAUTHENTICATED");
    app.finish().await;
}
