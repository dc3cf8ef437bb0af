//! What can be shared, and who sees it.

use events::{
    moods::{
        MoodUpdated,
        MoodVisibility::{Followers, Private, Public},
    },
    social::{PostCreated, PostRemoved, PostVisibility},
    streaks::{MilestoneReached, StreakChanged, StreakKind},
};
use serde_json::{Value, json};
use social::Social;
use testkit::TestApp;

use crate::{
    people::{does, person, see},
    sharing::{
        award, break_streak, cancel_hug, change_mood, delete_mood, extend_streak, feed, hug, ids, mood, post,
        refused, see_post, share, shared,
    },
};

pub(crate) const SHARED: &str = "shared { __typename ... on SharedMood { mood { id } }
    ... on SharedHug { hug { id } sent with { id } } ... on SharedStreak { kind days } ... on SharedBadge { badge } }";

#[tokio::test]
async fn a_mood_is_shared_with_words_and_told_without_them() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let mood = mood(&app, ada, Public).await.to_string();
    let input = json!({ "moodId": mood, "visibility": "PUBLIC", "text": "  what a day\u{0} " });
    let id = shared(&app, ada, input).await;
    let seen =
        see_post(&app.anonymous(), &id, &format!("author {{ id }} text visibility createdAt {SHARED}")).await;
    let at = app.foundation.clock.now();
    assert_eq!(seen["text"], "what a day");
    assert_eq!(seen["author"], json!({ "id": ada.to_string() }));
    assert_eq!(seen["shared"], json!({ "__typename": "SharedMood", "mood": { "id": mood } }));
    let created = PostCreated {
        post_id: id.parse().expect("an id"),
        author_id: ada,
        visibility: PostVisibility::Public,
        created_at: at,
    };
    assert_eq!(app.events::<PostCreated>().await, [created]);
    app.finish().await;
}

#[tokio::test]
async fn nobody_shares_what_isnt_theirs_or_more_widely_than_it_is() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let (own, others) = (mood(&app, ada, Followers).await, mood(&app, bo, Public).await);
    let input =
        |mood: ids::MoodId, visibility| json!({ "moodId": mood.to_string(), "visibility": visibility });
    assert_eq!(refused(&app, ada, input(others, "PRIVATE")).await, "MOOD_NOT_FOUND");
    assert_eq!(refused(&app, ada, input(own, "PUBLIC")).await, "VISIBILITY_TOO_WIDE");
    assert_eq!(share(&app, ada, input(own, "FOLLOWERS")).await["errors"], json!([]));
    let none = json!({ "visibility": "PUBLIC" });
    assert_eq!(refused(&app, ada, none).await, "SHARE_NOT_ONE_THING");
    let two = json!({ "visibility": "PUBLIC", "badge": "first-hug", "moodId": own.to_string() });
    assert_eq!(refused(&app, ada, two).await, "SHARE_NOT_ONE_THING");
    let long = json!({ "visibility": "PRIVATE", "moodId": own.to_string(), "text": "x".repeat(501) });
    assert_eq!(refused(&app, ada, long).await, "TEXT_TOO_LONG");
    let stranger = hug(&app, bo, person(&app, "Cy").await, false).await.to_string();
    assert_eq!(
        refused(&app, ada, json!({ "hugId": stranger, "visibility": "PUBLIC" })).await,
        "HUG_NOT_FOUND"
    );
    app.finish().await;
}

#[tokio::test]
async fn streaks_and_badges_are_shared_by_those_who_have_them() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    extend_streak(&app, ada, 7).await;
    award(&app, ada, "seven-days").await;
    let streak = json!({ "streak": "MOOD_LOGGING", "visibility": "PUBLIC" });
    let badge = json!({ "badge": "seven-days", "visibility": "PUBLIC" });
    let id = shared(&app, ada, streak.clone()).await;
    let seen = see_post(&app.as_user(bo), &id, SHARED).await["shared"].take();
    assert_eq!(seen, json!({ "__typename": "SharedStreak", "kind": "MOOD_LOGGING", "days": 7 }));
    let id = shared(&app, ada, badge.clone()).await;
    let seen = see_post(&app.as_user(bo), &id, SHARED).await["shared"].take();
    assert_eq!(seen, json!({ "__typename": "SharedBadge", "badge": "seven-days" }));
    assert_eq!(refused(&app, bo, streak.clone()).await, "STREAK_NOT_FOUND");
    assert_eq!(refused(&app, bo, badge).await, "BADGE_NOT_FOUND");
    break_streak(&app, ada, 7).await;
    assert_eq!(refused(&app, ada, streak).await, "STREAK_NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn a_milestone_of_long_ago_is_no_streak_of_today() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let (kind, reached_at) = (StreakKind::MoodLogging, app.foundation.clock.now());
    let reached = MilestoneReached { user_id: ada, kind, days: 30, reached_at };
    let streak = json!({ "streak": "MOOD_LOGGING", "visibility": "PUBLIC" });
    app.tell(&reached).await;
    assert_eq!(refused(&app, ada, streak.clone()).await, "STREAK_NOT_FOUND");
    extend_streak(&app, ada, 2).await;
    app.tell(&reached).await;
    let id = shared(&app, ada, streak).await;
    assert_eq!(see_post(&app.as_user(ada), &id, SHARED).await["shared"]["days"], 2);
    app.finish().await;
}

#[tokio::test]
async fn a_streak_that_is_no_longer_so_long_is_shared_as_it_is() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let (kind, changed_at) = (StreakKind::MoodLogging, app.foundation.clock.now());
    let streak = json!({ "streak": "MOOD_LOGGING", "visibility": "PUBLIC" });
    extend_streak(&app, ada, 7).await;
    for (current, days) in [(None, 7), (Some(6), 6)] {
        app.tell(&StreakChanged { user_id: ada, kind, current, changed_at }).await;
        let id = shared(&app, ada, streak.clone()).await;
        assert_eq!(see_post(&app.as_user(ada), &id, SHARED).await["shared"]["days"], days);
    }
    app.tell(&StreakChanged { user_id: ada, kind, current: Some(0), changed_at }).await;
    assert_eq!(refused(&app, ada, streak).await, "STREAK_NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn a_badge_that_no_database_can_write_is_one_that_nobody_has() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let input = json!({ "badge": "hug\u{0}first", "visibility": "PUBLIC" });
    assert_eq!(refused(&app, ada, input).await, "BADGE_NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn each_visibility_is_seen_by_its_own_and_by_nobody_else() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    does(&app, bo, "follow", ada).await;
    let mut posts = Vec::new();
    for visibility in ["PRIVATE", "FOLLOWERS", "PUBLIC"] {
        posts.insert(0, post(&app, ada, visibility).await);
    }
    let clients = [app.as_user(ada), app.as_user(bo), app.as_user(cy), app.anonymous()];
    for (client, count) in clients.iter().zip([3, 2, 1, 1]) {
        for (number, id) in posts.iter().enumerate() {
            let seen = see_post(client, id, "id").await;
            assert_eq!(seen.is_null(), number >= count, "post {number} of {count}");
        }
        let users = crate::people::look(client, &[ada], "posts { edges { node { id } } }").await;
        assert_eq!(ids(&users[0]["posts"]), posts[..count]);
        assert_eq!(feed(client, "publicFeed").await, posts[..1]);
    }
    does(&app, ada, "block", bo).await;
    assert_eq!(see_post(&app.as_user(bo), &posts[0], "id").await, Value::Null);
    assert_eq!(feed(&app.as_user(bo), "publicFeed").await, [] as [&str; 0]);
    assert_eq!(ids(&see(&app, bo, ada, "posts { edges { node { id } } }").await["posts"]), [] as [&str; 0]);
    app.finish().await;
}

#[tokio::test]
async fn what_is_heard_late_of_a_mood_neither_shows_its_posts_again_nor_brings_it_back() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let mood_id = mood(&app, ada, Public).await;
    let input = json!({ "moodId": mood_id.to_string(), "visibility": "PUBLIC" });
    let id = shared(&app, ada, input.clone()).await;
    let (local_date, timezone) = (chrono::NaiveDate::default(), "UTC".to_owned());
    let shown =
        MoodUpdated { mood_id, user_id: ada, local_date, timezone, day_start_hour: 0, visibility: Public };
    let (late, later) = (app.envelope(&shown), app.envelope(&shown));
    change_mood(&app, mood_id, ada, Private).await;
    app.tell_envelope(late).await;
    assert_eq!(see_post(&app.anonymous(), &id, "id").await, Value::Null);
    assert_eq!(refused(&app, ada, input.clone()).await, "VISIBILITY_TOO_WIDE");
    delete_mood(&app, mood_id, ada).await;
    app.tell_envelope(later).await;
    assert_eq!(refused(&app, ada, input).await, "MOOD_NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn a_post_follows_its_mood_when_that_is_hidden_shown_again_and_deleted() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    does(&app, bo, "follow", ada).await;
    let mood = mood(&app, ada, Public).await;
    let id = shared(&app, ada, json!({ "moodId": mood.to_string(), "visibility": "PUBLIC" })).await;
    let seen = async || {
        let clients = [app.anonymous(), app.as_user(bo), app.as_user(ada)];
        let mut seen = Vec::new();
        for client in clients {
            seen.push(!see_post(&client, &id, "id").await.is_null());
        }
        seen
    };
    assert_eq!(seen().await, [true, true, true]);
    change_mood(&app, mood, ada, Followers).await;
    assert_eq!(seen().await, [false, true, true]);
    change_mood(&app, mood, ada, Private).await;
    assert_eq!(seen().await, [false, false, true]);
    assert_eq!(feed(&app.as_user(bo), "homeFeed").await, [] as [&str; 0]);
    change_mood(&app, mood, ada, Public).await;
    assert_eq!(seen().await, [true, true, true]);
    delete_mood(&app, mood, ada).await;
    assert_eq!(seen().await, [false, false, false]);
    assert_eq!(app.events::<PostRemoved>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_shared_hug_shows_the_other_one_but_never_who_sent_it_anonymously() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo, cy) = (person(&app, "Ada").await, person(&app, "Bo").await, person(&app, "Cy").await);
    let open = hug(&app, ada, bo, false).await.to_string();
    let id = shared(&app, ada, json!({ "hugId": open, "visibility": "PUBLIC" })).await;
    let of = json!({ "__typename": "SharedHug", "hug": { "id": open }, "sent": true, "with": { "id": bo.to_string() } });
    assert_eq!(see_post(&app.as_user(bo), &id, SHARED).await["shared"], of);
    let of =
        json!({ "__typename": "SharedHug", "hug": null, "sent": true, "with": { "id": bo.to_string() } });
    assert_eq!(see_post(&app.as_user(cy), &id, SHARED).await["shared"], of);
    does(&app, cy, "block", bo).await;
    assert_eq!(see_post(&app.as_user(cy), &id, SHARED).await["shared"]["with"], Value::Null);

    let secret = hug(&app, ada, bo, true).await;
    let input = json!({ "hugId": secret.to_string(), "visibility": "PUBLIC" });
    assert_eq!(refused(&app, ada, input.clone()).await, "HUG_ANONYMOUS");
    let id = shared(&app, bo, input).await;
    for client in [app.as_user(ada), app.as_user(bo), app.anonymous()] {
        assert_eq!(see_post(&client, &id, SHARED).await["shared"]["with"], Value::Null);
    }
    cancel_hug(&app, secret, ada, bo).await;
    assert_eq!(see_post(&app.as_user(bo), &id, "id").await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn only_its_author_changes_or_takes_back_a_post() {
    let app = TestApp::start::<Social>().await;
    let (ada, bo) = (person(&app, "Ada").await, person(&app, "Bo").await);
    let mood = mood(&app, ada, Followers).await.to_string();
    let id = shared(&app, ada, json!({ "moodId": mood, "visibility": "PRIVATE" })).await;
    let update = "mutation U($i: UpdatePostVisibilityInput!) { updatePostVisibility(input: $i) {
        post { visibility } errors { code } } }";
    let delete = "mutation D($i: DeletePostInput!) { deletePost(input: $i) { deletedId errors { code } } }";
    let to = |visibility: &str| json!({ "i": { "id": id, "visibility": visibility } });
    let missing = json!([{ "code": "POST_NOT_FOUND" }]);
    let changed = app.as_user(bo).data(update, to("FOLLOWERS")).await;
    assert_eq!(changed["updatePostVisibility"], json!({ "post": null, "errors": missing }));
    let changed = app.as_user(ada).data(update, to("PUBLIC")).await;
    assert_eq!(changed["updatePostVisibility"]["errors"], json!([{ "code": "VISIBILITY_TOO_WIDE" }]));
    let changed = app.as_user(ada).data(update, to("FOLLOWERS")).await;
    assert_eq!(changed["updatePostVisibility"]["post"], json!({ "visibility": "FOLLOWERS" }));
    does(&app, bo, "follow", ada).await;
    assert_eq!(feed(&app.as_user(bo), "homeFeed").await, [id.as_str()]);
    let which = json!({ "i": { "id": id } });
    let deleted = app.as_user(bo).data(delete, which.clone()).await;
    assert_eq!(deleted["deletePost"]["errors"], missing);
    let deleted = app.as_user(ada).data(delete, which.clone()).await;
    assert_eq!(deleted["deletePost"], json!({ "deletedId": id, "errors": [] }));
    assert_eq!(app.as_user(ada).data(delete, which).await["deletePost"]["errors"], missing);
    assert_eq!(app.events::<PostRemoved>().await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_key_makes_one_post_of_two_attempts() {
    let app = TestApp::start::<Social>().await;
    let ada = person(&app, "Ada").await;
    let mood = mood(&app, ada, Public).await.to_string();
    let input =
        |text: &str| json!({ "moodId": mood, "visibility": "PUBLIC", "text": text, "idempotencyKey": "k" });
    let first = share(&app, ada, input("hello")).await;
    assert_eq!(share(&app, ada, input("hello")).await, first);
    assert_eq!(refused(&app, ada, input("other")).await, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.events::<PostCreated>().await.len(), 1);
    assert_eq!(
        app.anonymous().failure(crate::sharing::CREATE, json!({ "i": input("hello") })).await,
        "UNAUTHENTICATED"
    );
    app.finish().await;
}
