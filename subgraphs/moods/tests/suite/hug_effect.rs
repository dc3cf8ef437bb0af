//! Moods before and after hugs, from what `hugs` tells with the question.

use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::log;

const EFFECT: &str = "query($people: [_Any!]!) {
    _entities(representations: $people) {
        ... on User { hugEffect {
            aroundHugs { __typename ... on MoodShift { n meanBefore meanAfter difference p } ... on InsufficientData { have need counted } }
            otherwise { __typename ... on MoodShift { n difference } ... on InsufficientData { have need } }
            caveat
        } }
    }
}";

async fn effect(client: &Client, user: &str, instants: &Value) -> Value {
    let people = json!([{ "__typename": "User", "id": user, "receivedHugInstants": instants }]);
    client.data(EFFECT, json!({ "people": people })).await["_entities"][0]["hugEffect"].take()
}

/// A mood in the morning and one in the evening of each of the first days of January, and the instants between them.
async fn days_of_hugs(client: &Client, days: u32) -> Value {
    for day in 1..=days {
        for (hour, score) in [(9, 2), (18, if day % 2 == 0 { 4 } else { 3 })] {
            let at = format!("2026-01-{day:02}T{hour:02}:00:00Z");
            log(client, json!({ "score": score, "occurredAt": at, "timezone": "UTC" })).await;
        }
    }
    (1..=days).map(|day| format!("2026-01-{day:02}T12:00:00Z")).collect()
}

#[tokio::test]
async fn moods_before_and_after_hugs_are_compared_with_what_moods_do_otherwise() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let instants = days_of_hugs(&client, 12).await;
    let found = effect(&client, &ada.to_string(), &instants).await;
    let around = &found["aroundHugs"];
    assert_eq!((&around["__typename"], &around["n"]), (&json!("MoodShift"), &json!(12)), "{found:#}");
    assert_eq!((&around["meanBefore"], &around["difference"]), (&json!(2.0), &json!(1.5)));
    // From each evening to the next morning.
    assert_eq!(found["otherwise"]["n"], json!(11));
    assert!(found["caveat"].as_str().is_some_and(|caveat| caveat.starts_with("A pattern, not a cause")));
    app.finish().await;
}

#[tokio::test]
async fn a_few_hugs_say_nothing_and_say_how_many_are_lacking() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let instants = days_of_hugs(&client, 3).await;
    let found = effect(&client, &ada.to_string(), &instants).await;
    let lacking = json!({ "__typename": "InsufficientData", "have": 3, "need": 10, "counted": "PAIRS" });
    assert_eq!(found["aroundHugs"], lacking);
    let nobody = effect(&client, &ada.to_string(), &json!([])).await;
    assert_eq!(nobody["aroundHugs"]["have"], json!(0));
    app.finish().await;
}

#[tokio::test]
async fn nobody_learns_what_hugs_do_to_somebody_else() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let instants = days_of_hugs(&app.as_user(ada), 12).await;
    for others in [app.as_user(app.new_user()), app.anonymous()] {
        assert_eq!(effect(&others, &ada.to_string(), &instants).await, Value::Null);
    }
    app.finish().await;
}
