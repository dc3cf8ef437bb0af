//! Streaks and badges on all the owner's devices, as they change.

use serde_json::json;
use streaks::Streaks;
use testkit::TestApp;

use crate::{CHECK_IN, Logger, PAUSE, hug, mutate};

const CHANGED: &str = "subscription { streakChanged { kind streak { current state } } }";
const AWARDED: &str = "subscription { badgeAwarded { badge { code } awardedAt } }";

#[tokio::test]
async fn what_changes_a_streak_comes_to_its_owner_and_to_nobody_else() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let phone = app.as_user(ada.user_id);
    let mut on_tablet = app.as_user(ada.user_id).subscribe(CHANGED, json!({})).await;
    let mut of_bo = app.as_user(app.new_user()).subscribe(CHANGED, json!({})).await;
    on_tablet.expect_quiet().await;
    of_bo.expect_quiet().await;
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    let logged = json!({ "kind": "MOOD_LOGGING", "streak": { "current": 1, "state": "ACTIVE" } });
    assert_eq!(on_tablet.next_data().await["streakChanged"], logged);
    mutate(&phone, CHECK_IN, json!({})).await;
    let looked_in = json!({ "kind": "CHECK_IN", "streak": { "current": 1, "state": "ACTIVE" } });
    assert_eq!(on_tablet.next_data().await["streakChanged"], looked_in);
    let pause = json!({ "kind": "CHECK_IN", "from": "2026-03-02", "to": "2026-03-03" });
    mutate(&phone, PAUSE, pause).await;
    assert_eq!(on_tablet.next_data().await["streakChanged"], looked_in);
    // Another mood of the same day changes nothing.
    app.tell(&ada.logged(&app, "2026-03-01")).await;
    on_tablet.expect_quiet().await;
    of_bo.expect_quiet().await;
    drop((on_tablet, of_bo));
    app.finish().await;
}

#[tokio::test]
async fn a_badge_comes_to_whoever_it_is_awarded_to() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    let mut badges = app.as_user(ada).subscribe(AWARDED, json!({})).await;
    badges.expect_quiet().await;
    app.tell(&hug(&app, app.new_user())).await;
    app.tell(&hug(&app, ada)).await;
    app.tell(&hug(&app, ada)).await;
    let awarded = json!({ "badge": { "code": "hug-first" }, "awardedAt": "2026-03-01T12:00:00+00:00" });
    assert_eq!(badges.next_data().await["badgeAwarded"], awarded);
    badges.expect_quiet().await;
    drop(badges);
    app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_hears_nothing() {
    let app = TestApp::start::<Streaks>().await;
    for subscription in [CHANGED, AWARDED] {
        let mut stream = app.anonymous().subscribe(subscription, json!({})).await;
        assert_eq!(stream.next().await["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
        drop(stream);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_stream_breaks_off_when_the_server_stops_so_that_it_is_taken_up_again() {
    let app = TestApp::start::<Streaks>().await;
    let mut stream = app.as_user(app.new_user()).subscribe(CHANGED, json!({})).await;
    app.finish().await;
    assert_eq!(stream.try_next().await, None);
    assert!(!stream.is_completed());
}
