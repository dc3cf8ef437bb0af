//! Taking along one's streaks.

use serde_json::json;
use streaks::Streaks;
use testkit::{Part, TestApp, of_type};

use crate::{CONSENT, log_days_until_today, mutate};

const PART: Part = Part("streaks");

#[tokio::test]
async fn what_somebody_earned_and_chose_comes_out() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    log_days_until_today(&app, ada, 6).await;
    log_days_until_today(&app, bo, 2).await;
    mutate(&app.as_user(ada), CONSENT, json!({ "consents": true })).await;

    let lines = PART.of(&app, ada).await;
    let days: Vec<_> = of_type(&lines, "streakDay").iter().map(|day| day["localDate"].clone()).collect();
    assert_eq!((days.len(), &days[6]), (7, &json!("2026-03-01")));
    let [streak] = of_type(&lines, "streak").try_into().unwrap();
    assert_eq!((&streak["kind"], &streak["current"]), (&json!("MOOD_LOGGING"), &json!(7)));
    let amounts: Vec<_> =
        of_type(&lines, "points").iter().map(|points| points["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [10, 20]);
    let badges: Vec<_> =
        of_type(&lines, "badge").iter().map(|badge| badge["badge"].as_str().unwrap()).collect();
    assert_eq!(badges, ["mood-3", "mood-7"]);
    assert_eq!(of_type(&lines, "streakSettings").len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn nobody_else_reads_an_export_nor_anybody_when_it_is_over_or_they_are_gone() {
    let app = TestApp::start::<Streaks>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    log_days_until_today(&app, ada, 2).await;
    PART.assert_its_owners_while_it_lasts(&app, ada, bo).await;
    app.finish().await;
}
