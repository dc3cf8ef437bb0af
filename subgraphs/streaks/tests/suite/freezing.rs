//! Freezes: earned by days in a row, used by themselves.

use chrono::TimeDelta;
use events::streaks::StreakBroken;
use serde_json::json;
use streaks::Streaks;
use testkit::{TestApp, eventually};

use crate::{Logger, deleted, log_days_until_today, of_user, streak};

#[tokio::test]
async fn a_missed_day_uses_a_freeze_and_the_streak_goes_on() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    log_days_until_today(&app, ada.user_id, 6).await;
    app.clock.advance(TimeDelta::days(2));
    let fields = "streaks { state current freezesHeld nextMilestone { days points } calendar(from: \"2026-03-01\", to: \"2026-03-03\") { date state } }";
    let frozen = of_user(&app.as_user(ada.user_id), ada.user_id, fields).await;
    let expected = json!([{
        "state": "FROZEN", "current": 7, "freezesHeld": 0, "nextMilestone": { "days": 14, "points": 40 },
        "calendar": [{ "date": "2026-03-01", "state": "COUNTED" }, { "date": "2026-03-02", "state": "FROZEN" }],
    }]);
    assert_eq!(frozen["streaks"], expected);
    app.tell(&ada.logged(&app, "2026-03-03")).await;
    assert_eq!(streak(&app, ada.user_id).await["current"], json!(8));
    app.finish().await;
}

#[tokio::test]
async fn a_freeze_that_was_earned_by_days_that_are_gone_holds_nothing() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let days =
        ["2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01"];
    let moods = days.map(|date| ada.logged(&app, date));
    for mood in &moods {
        app.tell(mood).await;
    }
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(streak(&app, ada.user_id).await["state"], json!("FROZEN"));
    app.tell(&deleted(&moods[0])).await;
    assert_eq!(streak(&app, ada.user_id).await["state"], json!("BROKEN"));
    app.finish().await;
}

#[tokio::test]
async fn the_end_of_a_streak_is_told_once_the_last_freeze_is_used() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    log_days_until_today(&app, ada.user_id, 6).await;
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(app.events::<StreakBroken>().await, []);
    app.clock.advance(TimeDelta::days(1));
    let told =
        eventually("the end of the streak", || async { app.events::<StreakBroken>().await.pop() }).await;
    assert_eq!((told.user_id, told.days, told.longest), (ada.user_id, 7, 7));
    assert_eq!(told.last_date.to_string(), "2026-03-01");
    app.finish().await;
}
