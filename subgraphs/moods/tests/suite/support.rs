//! Where people find somebody to talk to.

use chrono::{Days, NaiveDate};
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::mutate;

const RESOURCES: &str = "query($country: String) {
    supportResources(country: $country) { country name kind phone text url hours languages source verifiedAt }
}";
const LOG: &str = "mutation($input: LogMoodInput!) {
    logMood(input: $input) { mood { id } supportPrompt { message resources(country: \"us\") { country } } errors { code } }
}";

/// Logs a mood at noon, so many days before the first of March.
async fn log(client: &Client, days_before: u64, score: i32) -> Value {
    let day =
        NaiveDate::from_ymd_opt(2026, 3, 1).and_then(|day| day.checked_sub_days(Days::new(days_before)));
    let at = format!("{}T12:00:00Z", day.expect("a date"));
    mutate(client, LOG, json!({ "score": score, "occurredAt": at })).await["supportPrompt"].take()
}

#[tokio::test]
async fn anybody_finds_support_for_a_country_and_for_every_country() {
    let app = TestApp::start::<Moods>().await;
    let client = app.anonymous();
    let countries = async |country: Value| {
        let mut data = client.data(RESOURCES, json!({ "country": country })).await;
        let resources = data["supportResources"].take();
        let list = resources.as_array().expect("a list").clone();
        let is_sourced =
            |resource: &Value| resource["source"].as_str().is_some_and(|text| text.starts_with("https://"));
        assert!(list.iter().all(is_sourced), "{list:#?}");
        list.iter().map(|resource| resource["country"].clone()).collect::<Vec<_>>()
    };
    let of_us = countries(json!("us")).await;
    assert!(of_us.first() == Some(&json!("US")) && of_us.last() == Some(&Value::Null), "{of_us:?}");
    let everywhere = countries(Value::Null).await;
    assert!(!everywhere.is_empty() && everywhere.iter().all(Value::is_null));
    // A country that isn't in the list still has those that are there for every country.
    assert_eq!(countries(json!("AQ")).await, everywhere);
    assert_eq!(client.failure(RESOURCES, json!({ "country": "Germany" })).await, "BAD_USER_INPUT");
    app.finish().await;
}

#[tokio::test]
async fn support_is_offered_from_the_fifth_low_day_of_seven() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for (days_before, score) in [(6, 4), (5, 4), (4, 2), (3, 1), (2, 2), (1, 2)] {
        assert_eq!(log(&client, days_before, score).await, Value::Null);
    }
    let prompt = log(&client, 0, 2).await;
    assert!(prompt["message"].as_str().is_some_and(|text| text.contains("talking")), "{prompt}");
    assert_eq!(prompt["resources"][0]["country"], json!("US"));
    // A better mood on the same day lifts that day, and four are left.
    assert_eq!(log(&client, 0, 5).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn low_days_of_long_ago_and_of_others_offer_nothing() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.as_user(app.new_user());
    for days_before in (28..42).rev() {
        log(&ada, days_before, 1).await;
    }
    assert_eq!(log(&ada, 0, 1).await, Value::Null);
    assert_eq!(log(&app.as_user(app.new_user()), 28, 1).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn what_is_offered_is_told_to_nobody() {
    let app = TestApp::start::<Moods>().await;
    let client = app.as_user(app.new_user());
    for days_before in (0..8).rev() {
        log(&client, days_before, 1).await;
    }
    let told = app.envelopes().await;
    assert!(told.iter().all(|envelope| envelope.kind == "MoodLogged"));
    let text = serde_json::to_string(&told).expect("JSON").to_lowercase();
    assert!(!text.contains("support") && !text.contains("score"), "{text}");
    app.finish().await;
}
