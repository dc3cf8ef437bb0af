//! Milestones, points and what they buy.

use chrono::TimeDelta;
use events::streaks::{BadgeAwarded, MilestoneReached, StreakKind};
use serde_json::{Value, json};
use streaks::Streaks;
use testkit::TestApp;

use crate::{Logger, REDEEM, deleted, hug, log_days_until_today, mutate, of_user, refusal};

const LEDGER: &str = "points pointsHistory(first: 2) {
    edges { node { amount reason kind milestone at } } pageInfo { hasNextPage endCursor }
}";

#[tokio::test]
async fn a_milestone_pays_once_whatever_becomes_of_its_days() {
    let app = TestApp::start::<Streaks>().await;
    let ada = Logger::new(&app);
    let moods = ["2026-02-27", "2026-02-28", "2026-03-01"].map(|date| ada.logged(&app, date));
    for mood in &moods {
        app.tell(mood).await;
    }
    app.tell(&deleted(&moods[1])).await;
    app.tell(&ada.logged(&app, "2026-02-28")).await;
    let reached = app.events::<MilestoneReached>().await;
    assert_eq!(reached.len(), 1);
    assert_eq!((reached[0].kind, reached[0].days), (StreakKind::MoodLogging, 3));
    let badges: Vec<_> = app.events::<BadgeAwarded>().await.into_iter().map(|told| told.badge).collect();
    assert_eq!(badges, ["mood-3"]);
    let expected = json!({
        "points": 10,
        "pointsHistory": {
            "edges": [{ "node": {
                "amount": 10, "reason": "MILESTONE", "kind": "MOOD_LOGGING", "milestone": 3,
                "at": "2026-03-01T12:00:00+00:00",
            } }],
            "pageInfo": { "hasNextPage": false, "endCursor": null },
        },
    });
    let mut found = of_user(&app.as_user(ada.user_id), ada.user_id, LEDGER).await;
    found["pointsHistory"]["pageInfo"]["endCursor"].take();
    assert_eq!(found, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_gap_that_is_filled_reaches_every_milestone_on_the_way() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 7).await;
    let client = app.as_user(ada);
    let ledger = of_user(&client, ada, LEDGER).await;
    assert_eq!(ledger["points"], json!(30));
    let edges = ledger["pointsHistory"]["edges"].as_array().cloned().unwrap_or_default();
    let milestones: Vec<_> = edges.iter().map(|edge| edge["node"]["milestone"].clone()).collect();
    assert_eq!(milestones, [json!(7), json!(3)]);
    app.finish().await;
}

#[tokio::test]
async fn nobody_sees_the_points_of_somebody_else() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 3).await;
    for client in [app.as_user(app.new_user()), app.anonymous()] {
        let fields = "points pointsHistory { edges { cursor } } streakSettings { tracked }";
        let found = of_user(&client, ada, fields).await;
        assert_eq!(found, json!({ "points": null, "pointsHistory": null, "streakSettings": null }));
    }
    app.finish().await;
}

#[tokio::test]
async fn fifty_points_buy_a_freeze_and_a_key_buys_one() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 13).await;
    app.tell(&hug(&app, ada)).await;
    let client = app.as_user(ada);
    let buy = json!({ "reward": "FREEZE", "kind": "HUGGING", "idempotencyKey": "k" });
    for _ in 0..2 {
        let bought = mutate(&client, REDEEM, buy.clone()).await;
        assert_eq!(bought, json!({ "streak": { "freezesHeld": 1 }, "errors": [] }));
    }
    let ledger = of_user(&client, ada, LEDGER).await;
    assert_eq!(ledger["points"], json!(20));
    let newest = &ledger["pointsHistory"]["edges"][0]["node"];
    assert_eq!(
        (&newest["amount"], &newest["reason"], &newest["milestone"]),
        (&json!(-50), &json!("FREEZE"), &Value::Null)
    );
    let another = json!({ "reward": "FREEZE", "kind": "HUGGING" });
    assert_eq!(refusal(&client, REDEEM, another).await, json!("POINTS_INSUFFICIENT"));
    app.clock.advance(TimeDelta::days(2));
    let standing = of_user(&client, ada, "streaks { kind state }").await;
    assert_eq!(standing["streaks"][1], json!({ "kind": "HUGGING", "state": "FROZEN" }));
    app.finish().await;
}

#[tokio::test]
async fn no_more_than_two_freezes_are_held_even_when_bought_at_once() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 30).await;
    let client = app.as_user(ada);
    let full = json!({ "reward": "FREEZE", "kind": "MOOD_LOGGING" });
    assert_eq!(refusal(&client, REDEEM, full).await, json!("FREEZES_FULL"));
    app.tell(&hug(&app, ada)).await;
    let buy = || mutate(&client, REDEEM, json!({ "reward": "FREEZE", "kind": "HUGGING" }));
    let (one, two, three) = tokio::join!(buy(), buy(), buy());
    let refused: Vec<_> = [one, two, three]
        .iter()
        .filter_map(|payload| payload["errors"][0]["code"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(refused, ["FREEZES_FULL"]);
    let ledger = of_user(&client, ada, "points").await;
    assert_eq!(ledger["points"], json!(10 + 20 + 40 + 100 - 2 * 50));
    app.finish().await;
}

#[tokio::test]
async fn a_streak_that_does_not_run_gets_no_freeze() {
    let app = TestApp::start::<Streaks>().await;
    let ada = app.new_user();
    log_days_until_today(&app, ada, 13).await;
    let buy = json!({ "reward": "FREEZE", "kind": "CHECK_IN" });
    assert_eq!(refusal(&app.as_user(ada), REDEEM, buy).await, json!("STREAK_NOT_RUNNING"));
    assert_eq!(of_user(&app.as_user(ada), ada, "points").await["points"], json!(70));
    app.finish().await;
}
