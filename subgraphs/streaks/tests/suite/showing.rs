//! Who sees which streak when.

use chrono::TimeDelta;
use serde_json::json;
use service::Subgraph as _;
use streaks::Streaks;
use testkit::TestApp;

use crate::{Logger, instant, streak, streaks};

#[tokio::test]
async fn days_in_a_row_are_a_streak_until_a_whole_day_is_missed() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-27", "2026-02-28", "2026-03-01"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let active = json!({
        "kind": "MOOD_LOGGING", "current": 3, "longest": 3, "state": "ACTIVE",
        "deadline": "2026-03-03T00:00:00+00:00", "lastDate": "2026-03-01", "startedOn": "2026-02-27",
    });
    assert_eq!(streak(&app, ada.user_id).await, active);

    app.clock.advance(TimeDelta::hours(12));
    let mut at_risk = active;
    at_risk["state"] = json!("AT_RISK");
    assert_eq!(streak(&app, ada.user_id).await, at_risk);

    app.clock.advance(TimeDelta::hours(24));
    let broken = json!({
        "kind": "MOOD_LOGGING", "current": 0, "longest": 3, "state": "BROKEN",
        "deadline": null, "lastDate": "2026-03-01", "startedOn": null,
    });
    assert_eq!(streak(&app, ada.user_id).await, broken);
    app.finish().await;
}

#[tokio::test]
async fn a_day_lasts_as_long_as_it_does_where_its_owner_is() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger { timezone: "America/New_York", day_start_hour: 4, ..Logger::new(&app) };
    app.clock.set(instant("2026-03-08T03:00:00Z"));
    app.tell(&ada.logged(&app, "2026-03-07")).await;
    // The clocks went forward in the night; the day after ends at four in the morning, which is 08:00 UTC by then.
    let standing = streak(&app, ada.user_id).await;
    assert_eq!(standing["deadline"], json!("2026-03-09T08:00:00+00:00"));
    for (now, state) in [
        ("2026-03-08T07:59:59Z", "ACTIVE"),
        ("2026-03-08T08:00:00Z", "AT_RISK"),
        ("2026-03-09T07:59:59Z", "AT_RISK"),
        ("2026-03-09T08:00:00Z", "BROKEN"),
    ] {
        app.clock.set(instant(now));
        assert_eq!(streak(&app, ada.user_id).await["state"], json!(state), "{now}");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_sees_the_streaks_of_somebody_else() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    assert_eq!(streaks(&app.as_user(app.new_user()), ada.user_id).await, json!([]));
    assert_eq!(streaks(&app.anonymous(), ada.user_id).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn who_never_logged_a_mood_has_no_streak() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    assert_eq!(streaks(&app.as_user(ada), ada).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_is_nobodys_is_no_person() {
    let app = TestApp::start::<Streaks>().await;
    let query = "{ _entities(representations: [{ __typename: \"User\", id: \"nonsense\" }]) { __typename } }";
    let data = app.as_user(app.new_user()).data(query, json!({})).await;
    assert_eq!(data["_entities"], json!([null]));
    app.finish().await;
}

#[test]
fn the_schema_names_the_key_of_its_entity() {
    let sdl = Streaks::sdl();
    assert!(sdl.contains(r#"type User @key(fields: "id")"#), "{sdl}");
}
