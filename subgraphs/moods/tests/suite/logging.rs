//! Logging a mood.

use events::{
    moods::MoodVisibility,
    users::{HugPolicy, HugPolicyAction, SettingsChanged},
};
use ids::UserId;
use moods::Moods;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::{LOG, log, moods, refusal};

pub(crate) fn settings(user_id: UserId, timezone: &str, day_start_hour: u8) -> SettingsChanged {
    let accept = HugPolicyAction::Accept;
    let hug_policy =
        HugPolicy { not_followed: accept, not_following: accept, new_accounts: accept, anonymous: accept };
    SettingsChanged {
        user_id,
        timezone: timezone.into(),
        day_start_hour,
        hug_policy,
        approves_followers: false,
        is_suggested: true,
        mood_visibility: MoodVisibility::Private,
    }
}

#[tokio::test]
async fn a_mood_is_kept_as_it_was_told() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let input = json!({
        "score": 4, "valence": 0.5, "energy": -0.25, "note": "  a walk by the river\n",
        "tags": ["Walk", " river ", "WALK"], "occurredAt": "2026-03-01T03:30:00.25+01:00",
        "timezone": "America/New_York", "visibility": "FOLLOWERS", "kind": "DAILY", "labels": ["calm", "hopeful"],
        "associations": ["weather", "selfCare", "weather"],
    });
    let mut mood = log(&app.as_user(ada), input).await;
    assert!(mood["id"].take().as_str().unwrap().starts_with("mood_"));
    let expected = json!({
        "id": null, "score": 4, "valence": 0.5, "energy": -0.25, "kind": "DAILY", "tags": ["Walk", "river"],
        "labels": ["calm", "hopeful"], "associations": ["weather", "selfCare"],
        "note": "a walk by the river", "occurredAt": "2026-03-01T02:30:00.250+00:00",
        "timezone": "America/New_York", "localDate": "2026-02-28", "visibility": "FOLLOWERS", "revision": 1,
        "user": { "id": ada.to_string() },
    });
    assert_eq!(mood, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_score_is_all_that_a_mood_needs() {
    let app = TestApp::start::<Moods>().await;
    let mut mood = log(&app.as_user(app.new_user()), json!({ "score": 3 })).await;
    mood.as_object_mut().unwrap().retain(|field, _| !["id", "user"].contains(&field.as_str()));
    let expected = json!({
        "score": 3, "valence": null, "energy": null, "kind": "MOMENT", "tags": [], "note": null,
        "labels": [], "associations": [],
        "occurredAt": "2026-03-01T12:00:00+00:00", "timezone": "UTC", "localDate": "2026-03-01",
        "visibility": "PRIVATE", "revision": 1,
    });
    assert_eq!(mood, expected);
    app.finish().await;
}

#[tokio::test]
async fn the_local_date_follows_the_settings_and_then_stays() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    app.tell(&settings(ada, "Asia/Kathmandu", 4)).await;
    // 03:59 and 04:00 in Kathmandu, where the day starts at four.
    let late = log(&client, json!({ "score": 3, "occurredAt": "2026-02-27T22:14:59Z" })).await;
    let early = log(&client, json!({ "score": 3, "occurredAt": "2026-02-27T22:15:00Z" })).await;
    assert_eq!((&late["localDate"], &late["timezone"]), (&json!("2026-02-27"), &json!("Asia/Kathmandu")));
    assert_eq!(early["localDate"], json!("2026-02-28"));

    app.tell(&settings(ada, "UTC", 0)).await;
    let query = "query($id: ID!) { mood(id: $id) { localDate timezone } }";
    let read = client.data(query, json!({ "id": early["id"] })).await;
    assert_eq!(read["mood"], json!({ "localDate": "2026-02-28", "timezone": "Asia/Kathmandu" }));
    let now = log(&client, json!({ "score": 3, "occurredAt": "2026-02-27T22:15:00Z" })).await;
    assert_eq!(now["localDate"], json!("2026-02-27"));
    app.finish().await;
}

#[tokio::test]
async fn a_zone_that_is_given_still_goes_with_the_day_start_of_the_settings() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    app.tell(&settings(ada, "Asia/Kathmandu", 4)).await;
    let input = json!({ "score": 3, "occurredAt": "2026-03-01T08:30:00Z", "timezone": "America/New_York" });
    let mood = log(&app.as_user(ada), input).await;
    assert_eq!(mood["localDate"], json!("2026-02-28"));
    app.finish().await;
}

#[tokio::test]
async fn who_may_see_a_mood_is_as_the_settings_say_unless_it_is_said_and_then_stays() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let public = SettingsChanged { mood_visibility: MoodVisibility::Public, ..settings(ada, "UTC", 0) };
    app.tell(&public).await;
    let input = json!({ "score": 3, "idempotencyKey": "k" });
    let unsaid = log(&client, input.clone()).await;
    let said = log(&client, json!({ "score": 3, "visibility": "FOLLOWERS" })).await;
    assert_eq!((&unsaid["visibility"], &said["visibility"]), (&json!("PUBLIC"), &json!("FOLLOWERS")));
    // News of the settings from before there was a choice.
    let mut former = app.envelope(&public);
    former.data.as_object_mut().unwrap().remove("moodVisibility");
    app.tell_envelope(former).await;
    assert_eq!(log(&client, json!({ "score": 3 })).await["visibility"], "PRIVATE");
    assert_eq!(log(&client, input).await, unsaid);
    // It is each person's own choice.
    assert_eq!(log(&app.as_user(app.new_user()), json!({ "score": 3 })).await["visibility"], "PRIVATE");
    app.finish().await;
}

#[tokio::test]
async fn each_kind_of_bad_input_has_its_code_and_place() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let many: Vec<String> = (0..21).map(|number| format!("tag {number}")).collect();
    let cases = [
        (json!({ "score": 9 }), "SCORE_OUT_OF_RANGE", json!(["input", "score"])),
        (json!({ "score": 0 }), "SCORE_OUT_OF_RANGE", json!(["input", "score"])),
        (json!({ "score": 3, "valence": 1.01 }), "VALENCE_OUT_OF_RANGE", json!(["input", "valence"])),
        (json!({ "score": 3, "energy": -2 }), "ENERGY_OUT_OF_RANGE", json!(["input", "energy"])),
        (json!({ "score": 3, "note": "n".repeat(4001) }), "NOTE_TOO_LONG", json!(["input", "note"])),
        (json!({ "score": 3, "note": "\u{0}" }), "NOTE_MALFORMED", json!(["input", "note"])),
        (json!({ "score": 3, "tags": ["ok", ""] }), "TAG_INVALID", json!(["input", "tags", "1"])),
        (json!({ "score": 3, "tags": many }), "TOO_MANY_TAGS", json!(["input", "tags"])),
        (json!({ "score": 3, "labels": ["sad", "Sad"] }), "LABEL_UNKNOWN", json!(["input", "labels", "1"])),
        (
            json!({ "score": 3, "associations": ["sad"] }),
            "ASSOCIATION_UNKNOWN",
            json!(["input", "associations", "0"]),
        ),
        (
            json!({ "score": 3, "customMoodId": "cmo_00000000000000000000000000000000" }),
            "CUSTOM_MOOD_NOT_FOUND",
            json!(["input", "customMoodId"]),
        ),
        (
            json!({ "score": 3, "customMoodId": "nonsense" }),
            "CUSTOM_MOOD_NOT_FOUND",
            json!(["input", "customMoodId"]),
        ),
        (
            json!({ "score": 3, "occurredAt": "2026-03-01T12:01:01Z" }),
            "OCCURRED_IN_FUTURE",
            json!(["input", "occurredAt"]),
        ),
        (
            json!({ "score": 3, "occurredAt": "2015-01-01T00:00:00Z" }),
            "OCCURRED_TOO_EARLY",
            json!(["input", "occurredAt"]),
        ),
        (
            json!({ "score": 3, "timezone": "Mars/Olympus" }),
            "UNKNOWN_TIME_ZONE",
            json!(["input", "timezone"]),
        ),
        (
            json!({ "score": 3, "idempotencyKey": "" }),
            "IDEMPOTENCY_KEY_MALFORMED",
            json!(["input", "idempotencyKey"]),
        ),
    ];
    for (input, code, path) in cases {
        assert_eq!(refusal(&client, input).await, (code.to_owned(), path));
    }
    assert_eq!(app.envelopes().await.len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn somebody_who_is_not_logged_in_logs_nothing() {
    let app = TestApp::start::<Moods>().await;
    let input = json!({ "input": { "score": 3 } });
    assert_eq!(app.anonymous().failure(LOG, input).await, "UNAUTHENTICATED");
    app.finish().await;
}

#[tokio::test]
async fn the_same_request_sent_twice_logs_one_mood() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let input = json!({ "score": 3, "note": "once", "idempotencyKey": "k" });
    let first = log(&client, input.clone()).await;
    app.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(log(&client, input).await, first);
    let other = json!({ "score": 3, "note": "other", "idempotencyKey": "k" });
    assert_eq!(refusal(&client, other.clone()).await.0, "IDEMPOTENCY_KEY_REUSED");
    // A key is its user's own.
    log(&app.as_user(app.new_user()), other).await;

    let page = moods(&client, json!({ "user": ada })).await;
    assert_eq!(page["edges"].as_array().map(Vec::len), Some(1));
    assert_eq!(app.envelopes().await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn requests_racing_with_one_key_log_one_mood() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    let racing = (0..8).map(|_| log(&client, json!({ "score": 5, "idempotencyKey": "race" })));
    let logged: Vec<Value> = futures::future::join_all(racing).await;
    assert!(logged.iter().all(|mood| mood == &logged[0]), "{logged:#?}");
    assert_eq!(app.envelopes().await.len(), 1);
    app.finish().await;
}
