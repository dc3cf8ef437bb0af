//! Who sees which badges.

use events::social::Blocked;
use serde_json::{Value, json};
use service::Subgraph as _;
use streaks::Streaks;
use testkit::{Client, TestApp};

use crate::{hug, log_days_until_today, mutate, of_user};
use ids::UserId;

async fn badges(client: &Client, owner: UserId) -> Value {
    of_user(client, owner, "badges { badge { code } awardedAt }").await["badges"].take()
}

#[tokio::test]
async fn badges_are_shown_to_others_but_for_blocks_and_whoever_hides_them() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo, cy) = (app.new_user(), app.new_user(), app.new_user());
    log_days_until_today(&app, ada, 6).await;
    app.tell(&hug(&app, ada)).await;
    app.tell(&Blocked { blocker_id: ada, blocked_id: cy, at: clock::Clock::now(app.clock.as_ref()) }).await;
    let at = "2026-03-01T12:00:00+00:00";
    let shown = json!(
        ["hug-first", "mood-3", "mood-7"].map(|code| json!({ "badge": { "code": code }, "awardedAt": at }))
    );
    for client in [app.as_user(ada), app.as_user(bo), app.anonymous()] {
        assert_eq!(badges(&client, ada).await, shown);
    }
    assert_eq!(badges(&app.as_user(cy), ada).await, json!([]));

    let hide = "mutation($input: SetBadgesShownInput!) { setBadgesShown(input: $input) { settings { showsBadges } errors { code } } }";
    let hidden = mutate(&app.as_user(ada), hide, json!({ "shown": false })).await;
    assert_eq!(hidden, json!({ "settings": { "showsBadges": false }, "errors": [] }));
    assert_eq!(badges(&app.as_user(ada), ada).await, shown);
    for client in [app.as_user(bo), app.as_user(cy), app.anonymous()] {
        assert_eq!(badges(&client, ada).await, json!([]));
    }
    app.finish().await;
}

#[test]
fn badges_are_taken_over_from_users_whose_catalogue_describes_them() {
    let sdl = Streaks::sdl();
    assert!(sdl.contains(r#"badges: [AwardedBadge!] @override(from: "users")"#), "{sdl}");
    assert!(sdl.contains(r#"type Badge @key(fields: "code", resolvable: false)"#), "{sdl}");
    assert!(sdl.contains("type AwardedBadge @shareable"), "{sdl}");
}
