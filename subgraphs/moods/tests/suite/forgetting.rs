//! What is left of somebody who is gone.

use events::{
    auth::UserErased,
    moods::{ErasureCompleted, MoodVisibility},
    social::{Blocked, FollowCreated},
    users::{HugPolicy, HugPolicyAction, SettingsChanged},
};
use ids::UserId;
use moods::Moods;
use serde_json::json;
use testkit::{TestApp, residue_of};

use crate::{log, mutate};

const CUSTOM: &str = "mutation($input: CreateCustomMoodInput!) {
    createCustomMood(input: $input) { customMood { id } errors { code path } } }";

fn settings(user_id: UserId) -> SettingsChanged {
    let policy = HugPolicyAction::Accept;
    let hug_policy =
        HugPolicy { not_followed: policy, not_following: policy, new_accounts: policy, anonymous: policy };
    let timezone = "Europe/Berlin".to_owned();
    SettingsChanged {
        user_id,
        timezone,
        day_start_hour: 4,
        hug_policy,
        approves_followers: false,
        is_suggested: true,
        mood_visibility: MoodVisibility::Private,
    }
}

/// Moods, tags, a mood of their own, settings, a key, and people whom they follow and block.
async fn live(app: &TestApp, user: UserId, other: UserId) {
    let client = app.as_user(user);
    app.tell(&settings(user)).await;
    let at = app.foundation.ctx().now();
    app.tell(&FollowCreated { follower_id: user, followed_id: other, at }).await;
    app.tell(&Blocked { blocker_id: other, blocked_id: user, at }).await;
    let input = json!({ "score": 4, "note": "by the sea", "tags": ["sea"], "idempotencyKey": "one" });
    log(&client, input).await;
    let custom = json!({ "name": "seaside", "score": 4, "emoji": "🌊", "valence": 0.5, "energy": -0.5 });
    let made = mutate(&client, CUSTOM, custom).await;
    assert_eq!(made["errors"], json!([]), "{made:#}");
}

#[tokio::test]
async fn of_somebody_erased_nothing_is_left_and_others_keep_theirs() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    live(&app, ada, bo).await;
    live(&app, bo, ada).await;
    let before = residue_of(&app.db, ada).await;
    for place in [
        "mood_entries.user_id",
        "mood_tags.user_id",
        "custom_moods.user_id",
        "settings.user_id",
        "idempotency_keys.user_id",
    ] {
        assert!(before.iter().any(|known| known == place), "{place} in {before:#?}");
    }
    app.tell(&UserErased { user_id: ada, erased_at: app.foundation.ctx().now() }).await;
    assert_eq!(residue_of(&app.db, ada).await, Vec::<String>::new());
    assert!(!residue_of(&app.db, bo).await.is_empty());
    let [told] = app.events::<ErasureCompleted>().await.try_into().unwrap();
    assert_eq!(told.user_id, ada);
    app.finish().await;
}

#[tokio::test]
async fn nobody_comes_back_by_late_events_or_by_a_token_that_outlived_them() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    app.tell(&UserErased { user_id: ada, erased_at: app.foundation.ctx().now() }).await;
    app.tell(&settings(ada)).await;
    let at = app.foundation.ctx().now();
    app.tell(&FollowCreated { follower_id: bo, followed_id: ada, at }).await;
    for mutation in [
        "logMood(input: { score: 3 })",
        "createMoodTag(input: { name: \"Tea\" })",
        "createCustomMood(input: { name: \"Cosy\", emoji: \"🧣\", score: 4 })",
        "importMoods(input: { format: CSV, content: \"occurredAt,score\\n2026-02-01T08:00:00Z,4\", dryRun: false })",
    ] {
        let mutation = format!("mutation {{ {mutation} {{ errors {{ code }} }} }}");
        assert_eq!(app.as_user(ada).failure(&mutation, json!({})).await, "UNAUTHENTICATED", "{mutation}");
    }
    assert_eq!(residue_of(&app.db, ada).await, Vec::<String>::new());
    app.finish().await;
}
