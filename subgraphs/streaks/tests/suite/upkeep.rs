//! Looking in, repairs and pauses.

use chrono::TimeDelta;
use events::{
    moods::MoodVisibility,
    users::{HugPolicy, HugPolicyAction, SettingsChanged},
};
use ids::UserId;
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::TestApp;

use crate::{CHECK_IN, Logger, PAUSE, REPAIR, RESUME, instant, mutate, of_user, refusal, streak, streaks};

pub(crate) fn settings(user_id: UserId, timezone: &str, day_start_hour: u8) -> SettingsChanged {
    let accept = HugPolicyAction::Accept;
    SettingsChanged {
        user_id,
        timezone: timezone.to_owned(),
        day_start_hour,
        hug_policy: HugPolicy {
            not_followed: accept,
            not_following: accept,
            new_accounts: accept,
            anonymous: accept,
        },
        approves_followers: false,
        is_suggested: true,
        mood_visibility: MoodVisibility::Private,
    }
}

#[tokio::test]
async fn looking_in_counts_once_a_day() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    for _ in 0..2 {
        let payload = mutate(&client, CHECK_IN, json!({})).await;
        let streak = json!({ "kind": "CHECK_IN", "current": 1, "state": "ACTIVE" });
        assert_eq!(payload, json!({ "streak": streak, "errors": [] }));
    }
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(streak(&app, ada).await["state"], json!("AT_RISK"));
    let payload = mutate(&client, CHECK_IN, Value::Null).await;
    assert_eq!(payload["streak"]["current"], json!(2));
    app.finish().await;
}

#[tokio::test]
async fn a_check_in_belongs_to_the_day_that_it_is_where_its_owner_is() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    app.tell(&settings(ada, "America/New_York", 4)).await;
    // Half past three at night, after the clocks went forward: the day before goes on.
    app.clock.set(instant("2026-03-08T07:30:00Z"));
    mutate(&app.as_user(ada), CHECK_IN, json!({})).await;
    assert_eq!(streak(&app, ada).await["lastDate"], json!("2026-03-07"));
    app.clock.set(instant("2026-03-08T08:00:00Z"));
    mutate(&app.as_user(ada), CHECK_IN, json!({})).await;
    let standing = streak(&app, ada).await;
    assert_eq!((&standing["lastDate"], &standing["current"]), (&json!("2026-03-08"), &json!(2)));
    app.finish().await;
}

#[tokio::test]
async fn a_check_in_that_is_sent_again_the_next_day_is_still_the_first() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    mutate(&client, CHECK_IN, json!({ "idempotencyKey": "offline-1" })).await;
    app.clock.advance(TimeDelta::hours(13));
    let again = mutate(&client, CHECK_IN, json!({ "idempotencyKey": "offline-1" })).await;
    assert_eq!(again["streak"], json!({ "kind": "CHECK_IN", "current": 1, "state": "AT_RISK" }));
    app.finish().await;
}

#[tokio::test]
async fn a_missed_day_is_repaired_once_in_seven_days() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-22", "2026-02-23", "2026-02-25", "2026-02-27", "2026-02-28", "2026-03-01"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let client = app.as_user(ada.user_id);
    let repair = json!({ "kind": "MOOD_LOGGING", "idempotencyKey": "once" });
    let mended =
        json!({ "streak": { "current": 5, "state": "ACTIVE", "repairableDate": null }, "errors": [] });
    for _ in 0..2 {
        assert_eq!(mutate(&client, REPAIR, repair.clone()).await, mended);
    }
    let kind = json!({ "kind": "MOOD_LOGGING" });
    assert_eq!(refusal(&client, REPAIR, kind.clone()).await, json!("STREAK_REPAIRED_LATELY"));
    assert_eq!(refusal(&client, REPAIR, json!({ "kind": "HUGGING" })).await, json!("NOTHING_TO_REPAIR"));
    let calendar = "streaks { calendar(from: \"2026-02-21\", to: \"2026-03-02\") { date state } }";
    let days = of_user(&client, ada.user_id, calendar).await["streaks"][0]["calendar"].take();
    let states: Vec<_> =
        days.as_array().into_iter().flatten().map(|day| day["state"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        states,
        ["COUNTED", "COUNTED", "MISSED", "COUNTED", "REPAIRED", "COUNTED", "COUNTED", "COUNTED"]
    );
    app.finish().await;
}

#[tokio::test]
async fn of_two_repairs_at_once_one_is_made() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-26", "2026-02-28", "2026-03-01"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let client = app.as_user(ada.user_id);
    let repair = || mutate(&client, REPAIR, json!({ "kind": "MOOD_LOGGING" }));
    let (one, other) = tokio::join!(repair(), repair());
    let mut codes = [one, other].map(|payload| payload["errors"][0]["code"].clone());
    codes.sort_by_key(Value::is_null);
    assert_eq!(codes, [json!("STREAK_REPAIRED_LATELY"), Value::Null]);
    assert_eq!(streak(&app, ada.user_id).await["current"], json!(4));
    app.finish().await;
}

#[tokio::test]
async fn a_planned_pause_holds_a_streak_until_it_ends() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    for date in ["2026-02-28", "2026-03-01"] {
        app.tell(&ada.logged(&app, date)).await;
    }
    let client = app.as_user(ada.user_id);
    let pause = json!({ "kind": "MOOD_LOGGING", "from": "2026-03-02", "to": "2026-03-10" });
    let planned = mutate(&client, PAUSE, pause.clone()).await;
    let deadline = json!("2026-03-12T00:00:00+00:00");
    assert_eq!(planned["streak"], json!({ "current": 2, "state": "ACTIVE", "deadline": deadline }));
    assert_eq!(refusal(&client, PAUSE, pause).await, json!("PAUSE_OVERLAPS"));
    app.clock.advance(TimeDelta::days(4));
    let paused = streak(&app, ada.user_id).await;
    assert_eq!((&paused["state"], &paused["current"]), (&json!("PAUSED"), &json!(2)));

    let resumed = mutate(&client, RESUME, json!({ "kind": "MOOD_LOGGING" })).await;
    let deadline = json!("2026-03-06T00:00:00+00:00");
    assert_eq!(resumed["streak"], json!({ "current": 2, "state": "AT_RISK", "deadline": deadline }));
    let none = refusal(&client, RESUME, json!({ "kind": "MOOD_LOGGING" })).await;
    assert_eq!(none, json!("PAUSE_NOT_FOUND"));
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(streak(&app, ada.user_id).await["state"], json!("BROKEN"));
    app.finish().await;
}

#[tokio::test]
async fn a_pause_is_neither_of_the_past_nor_without_an_end() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    for (from, to, path) in [
        ("2026-02-28", "2026-03-02", "from"),
        ("2027-03-02", "2027-03-02", "from"),
        ("2026-03-02", "2026-03-01", "to"),
        ("2026-03-01", "2026-05-30", "to"),
    ] {
        let input = json!({ "kind": "CHECK_IN", "from": from, "to": to });
        let payload = mutate(&app.as_user(ada), PAUSE, input).await;
        let error = json!([{ "code": "PAUSE_OUT_OF_RANGE", "path": ["input", path] }]);
        assert_eq!(payload["errors"], error, "{from} {to}");
    }
    let longest = json!({ "kind": "CHECK_IN", "from": "2026-03-01", "to": "2026-05-29" });
    assert_eq!(mutate(&app.as_user(ada), PAUSE, longest).await, json!({ "streak": null, "errors": [] }));
    assert_eq!(streaks(&app.as_user(ada), ada).await, json!([]));
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_not_logged_in_has_nothing_to_keep_up() {
    let app = TestApp::start::<Streaks>().await;
    for (mutation, input) in [
        (CHECK_IN, json!({})),
        (REPAIR, json!({ "kind": "HUGGING" })),
        (RESUME, json!({ "kind": "HUGGING" })),
        (PAUSE, json!({ "kind": "HUGGING", "from": "2026-03-02", "to": "2026-03-03" })),
    ] {
        let code = app.anonymous().failure(mutation, json!({ "input": input })).await;
        assert_eq!(code, "UNAUTHENTICATED", "{mutation}");
    }
    app.finish().await;
}
