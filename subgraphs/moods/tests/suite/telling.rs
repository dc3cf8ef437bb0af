//! What other services learn of moods.

use events::moods::{MoodLogged, MoodUpdated, MoodVisibility};
use ids::MoodId;
use moods::Moods;
use serde_json::json;
use testkit::TestApp;

use crate::log;

#[tokio::test]
async fn others_learn_that_a_mood_was_logged_and_never_what_it_was() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let input = json!({
        "score": 2, "valence": -0.125, "energy": 0.375, "note": "secretnote", "tags": ["secrettag"],
        "visibility": "PUBLIC", "occurredAt": "2026-03-01T02:00:00Z", "timezone": "America/New_York",
        "idempotencyKey": "k",
    });
    let mood = log(&client, input).await;
    let mutation = "mutation($input: UpdateMoodInput!) { updateMood(input: $input) { errors { code } } }";
    let change = json!({ "id": mood["id"], "revision": 1, "note": "secretchange", "tags": ["secretother"], "score": 1 });
    client.data(mutation, json!({ "input": change })).await;

    let mood_id: MoodId = mood["id"].as_str().unwrap().parse().unwrap();
    let logged = MoodLogged {
        mood_id,
        user_id: ada,
        local_date: "2026-02-28".parse().unwrap(),
        timezone: "America/New_York".into(),
        day_start_hour: 0,
        visibility: MoodVisibility::Public,
    };
    assert_eq!(app.events::<MoodLogged>().await, std::slice::from_ref(&logged));
    let MoodLogged { mood_id, user_id, local_date, timezone, day_start_hour, visibility } = logged;
    let updated = MoodUpdated { mood_id, user_id, local_date, timezone, day_start_hour, visibility };
    assert_eq!(app.events::<MoodUpdated>().await, [updated]);

    let told = app.envelopes().await;
    assert_eq!(told.len(), 2);
    let allowed = ["moodId", "userId", "localDate", "timezone", "dayStartHour", "visibility"];
    for envelope in told {
        assert_eq!(envelope.actor_id, Some(ada));
        assert!(
            envelope.data.as_object().unwrap().keys().all(|key| allowed.contains(&key.as_str())),
            "{envelope:#?}"
        );
        let text = serde_json::to_string(&envelope).unwrap();
        assert!(!text.contains("secret") && !text.contains("score") && !text.contains("0.125"), "{text}");
    }
    app.finish().await;
}
