//! When others learn that a streak grew.

use chrono::TimeDelta;
use events::streaks::{StreakChanged, StreakExtended, StreakKind};
use streaks::Streaks;
use testkit::TestApp;

use crate::{Logger, redated};

fn days(extended: &[StreakExtended]) -> Vec<(u32, u32, String)> {
    extended.iter().map(|event| (event.current, event.longest, event.last_date.to_string())).collect()
}

#[tokio::test]
async fn a_streak_that_grew_is_told_once() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let first = app.envelope(&ada.logged(&app, "2026-03-01"));
    app.tell_envelope(first.clone()).await;
    app.tell_envelope(first).await;
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    app.clock.advance(TimeDelta::days(1));
    app.tell(&ada.logged(&app, "2026-03-02")).await;

    let extended = app.events::<StreakExtended>().await;
    assert_eq!(days(&extended), [(1, 1, "2026-03-01".to_owned()), (2, 2, "2026-03-02".to_owned())]);
    assert!(
        extended.iter().all(|event| event.user_id == ada.user_id && event.kind == StreakKind::MoodLogging)
    );
    app.finish().await;
}

#[tokio::test]
async fn a_gap_that_is_filled_joins_what_was_before_it() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-25", "2026-02-26", "2026-02-28", "2026-03-01"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let before = app.events::<StreakExtended>().await.len();
    app.tell(&ada.logged(&app, "2026-02-27")).await;
    let extended = app.events::<StreakExtended>().await;
    assert_eq!(days(&extended[before..]), [(5, 5, "2026-03-01".to_owned())]);
    app.finish().await;
}

#[tokio::test]
async fn days_long_ago_and_days_taken_away_extend_nothing() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    app.tell(&ada.logged(&app, "2026-01-10")).await;
    let mood = ada.logged(&app, "2026-03-01");
    app.tell(&mood).await;
    app.tell(&redated(&mood, "2026-01-11")).await;
    assert_eq!(days(&app.events::<StreakExtended>().await), [(1, 1, "2026-03-01".to_owned())]);
    let lengths: Vec<_> = app.events::<StreakChanged>().await.iter().map(|told| told.current).collect();
    assert_eq!(lengths, [Some(0), Some(1), Some(0)]);
    app.finish().await;
}

#[tokio::test]
async fn what_is_heard_late_is_told_as_it_was_then() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let told = app.envelope(&ada.logged(&app, "2026-03-01"));
    app.clock.advance(TimeDelta::days(30));
    app.tell_envelope(told).await;
    assert_eq!(days(&app.events::<StreakExtended>().await), [(1, 1, "2026-03-01".to_owned())]);
    app.finish().await;
}
