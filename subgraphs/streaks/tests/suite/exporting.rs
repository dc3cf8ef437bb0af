//! Taking along one's streaks.

use chrono::TimeDelta;
use events::{auth::UserErased, streaks::ExportCompleted};
use serde_json::{Value, json};
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
    let client = app.as_user(ada);
    let export = app.request_export(ada).await;
    for other in [app.as_user(bo), app.anonymous(), app.as_admin(bo)] {
        assert_eq!(PART.page(&other, export, &Value::Null).await, Value::Null);
    }
    let [told] = app.events::<ExportCompleted>().await.try_into().unwrap();
    assert_eq!(PART.page(&client, export, &Value::Null).await["entries"], told.entries);
    assert!(told.entries > 0 && (told.export_id, told.user_id) == (export, ada));
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(PART.page(&client, export, &Value::Null).await, Value::Null);

    let export = app.request_export(ada).await;
    app.tell(&UserErased { user_id: ada, erased_at: app.foundation.ctx().now() }).await;
    for export in [export, app.request_export(ada).await] {
        assert_eq!(PART.page(&client, export, &Value::Null).await, Value::Null);
    }
    assert_eq!(testkit::residue_of(&app.db, ada).await, [""; 0]);
    app.finish().await;
}
