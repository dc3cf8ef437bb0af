//! Forgetting somebody.

use events::{
    auth::{UserErased, UserRegistered},
    streaks::BadgeAwarded,
    users::ErasureCompleted,
};
use ids::UserId;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use testkit::TestApp;

use crate::{
    avatars::{picture, set},
    client::{app, auth, beat, follow, named, person, reserve, update_profile},
};

const TABLES: [&str; 9] = [
    "profiles",
    "search_terms",
    "settings",
    "username_claims",
    "username_reservations",
    "connections",
    "last_seen",
    "told_presence",
    "awarded_badges",
];

async fn rows(app: &TestApp, table: &str) -> i64 {
    let count = Statement::from_string(app.db.backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
    let row = app.db.reader().query_one_raw(count).await.expect("a count").expect("a row");
    row.try_get("", "n").expect("a number")
}

async fn erase(app: &TestApp, user_id: UserId) {
    app.tell(&UserErased { user_id, erased_at: clock::Clock::now(&*app.clock) }).await;
}

async fn award(app: &TestApp, user_id: UserId) {
    let awarded_at = clock::Clock::now(&*app.clock);
    app.tell(&BadgeAwarded { user_id, badge: "hug-7".to_owned(), awarded_at }).await;
}

#[tokio::test]
async fn nothing_is_kept_of_somebody_who_is_gone_and_late_events_bring_nothing_back() {
    let app = app().await;
    let (ada, bo) = (person(&app, "ada", "Ada").await, person(&app, "bo", "Bo").await);
    beat(&app.as_user(ada), "tab", false).await;
    update_profile(&app.as_user(ada), json!({ "username": "lovelace", "bio": "engines" })).await;
    award(&app, ada).await;
    follow(&app, ada, bo).await;
    erase(&app, ada).await;
    assert_eq!(app.events::<ErasureCompleted>().await[0].user_id, ada);
    for username in ["ada", "lovelace"] {
        assert_eq!(named(&app.as_user(bo), username).await, Value::Null);
    }
    let registered_at = clock::Clock::now(&*app.clock);
    let (username, display_name) = ("ada".to_owned(), "Ada".to_owned());
    app.tell(&UserRegistered { user_id: ada, username, display_name, registered_at }).await;
    award(&app, ada).await;
    let mutation = "mutation { heartbeat(input: {connectionId: \"tab\"}) { presence } }";
    assert_eq!(app.as_user(ada).failure(mutation, json!({})).await, "UNAUTHENTICATED");
    for table in TABLES {
        let bos = i64::from(["profiles", "settings", "username_claims"].contains(&table));
        let kept = rows(&app, table).await;
        assert!(kept == bos || (table == "search_terms" && kept > 0), "{table}: {kept}");
    }
    assert_eq!(rows(&app, "known_follows").await, 0);
    assert_eq!(named(&app.as_user(ada), "bo").await, "Bo", "others stay");
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_outlives_its_owner_is_nobodys() {
    let app = app().await;
    let (ada, stranger) = (person(&app, "ada", "Ada").await, app.new_user());
    erase(&app, ada).await;
    for mutation in [
        r#"mutation { updateProfile(input: {bio: "x"}) { errors { code } } }"#,
        "mutation { updateSettings(input: {dayStartHour: 4}) { errors { code } } }",
        "mutation { removeAvatar { errors { code } } }",
        r#"mutation { heartbeat(input: {connectionId: "tab"}) { errors { code } } }"#,
    ] {
        assert_eq!(app.as_user(ada).failure(mutation, json!({})).await, "UNAUTHENTICATED", "{mutation}");
    }
    assert_eq!(
        set(&app.as_user(ada), &picture(100)).await["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
    let own = "{ me { id settings { dayStartHour } } }";
    assert_eq!(app.as_user(ada).data(own, json!({})).await, json!({ "me": null }));
    // Of whom nothing was ever heard, nothing is known to be gone.
    let mutation = "mutation { removeAvatar { errors { code } } }";
    assert_eq!(app.as_user(stranger).failure(mutation, json!({})).await, "NOT_FOUND");
    app.finish().await;
}

#[tokio::test]
async fn the_name_of_somebody_who_is_gone_is_free() {
    let app = app().await;
    let ada = person(&app, "ada", "Ada").await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Another").await.0, 409);
    erase(&app, ada).await;
    assert_eq!(reserve(&auth(&app), app.new_user(), "ada", "Another").await.0, 200);
    app.finish().await;
}
