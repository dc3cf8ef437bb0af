//! What somebody may try, and what they think of it.

use ids::UserId;
use moods::Moods;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

use crate::{insights::log_tea, log, mutate};

const LIST: &str = "query($user: ID!, $first: Int) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) { ... on User {
        recommendations(first: $first) {
            id origin title text minutes factor { name } topic quadrants source { title url } rating ratedAt
        }
    } }
}";
const RATE: &str = "mutation($input: RateRecommendationInput!) {
    rateRecommendation(input: $input) { recommendation { id rating ratedAt } errors { code path } }
}";

async fn list(client: &Client, user: UserId, first: Value) -> Vec<Value> {
    let data = client.data(LIST, json!({ "user": user, "first": first })).await;
    data["_entities"][0]["recommendations"].as_array().expect("a list").clone()
}

fn ids(list: &[Value]) -> Vec<Value> {
    list.iter().map(|one| one["id"].clone()).collect()
}

#[tokio::test]
async fn activities_fit_how_somebody_felt_lately() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    assert_eq!(list(&client, ada, Value::Null).await.len(), 5);
    log(&client, json!({ "score": 1, "valence": -0.8, "energy": -0.5 })).await;
    let low = list(&client, ada, json!(20)).await;
    let fits = |quadrant: &str, one: &Value| {
        one["quadrants"].as_array().is_some_and(|list| list.contains(&json!(quadrant)))
    };
    assert!(low.len() >= 5 && low.iter().all(|one| fits("LOW_UNPLEASANT", one)), "{low:#?}");
    for one in &low {
        assert_eq!(one["origin"], json!("CATALOGUE"));
        assert!(one["source"]["url"].as_str().is_some_and(|url| url.starts_with("https://")), "{one:#}");
        assert!(one["minutes"].as_i64() > Some(0) && one["topic"].is_string() && one["rating"].is_null());
    }
    assert_eq!(list(&client, ada, json!(20)).await, low, "they stay as they are");
    for _ in 0..3 {
        log(&client, json!({ "score": 5, "valence": 0.9, "energy": 0.7 })).await;
    }
    let high = list(&client, ada, json!(20)).await;
    assert!(high.iter().all(|one| fits("HIGH_PLEASANT", one)), "{high:#?}");
    for first in [-1, 21] {
        assert_eq!(client.failure(LIST, json!({ "user": ada, "first": first })).await, "BAD_USER_INPUT");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_goes_with_ones_own_better_days_comes_first() {
    let app = TestApp::start::<Moods>().await;
    let (ada, bo) = (app.new_user(), app.new_user());
    let client = app.as_user(ada);
    log_tea(&client).await;
    client.data("mutation { refreshMoodInsights { errors { code } } }", Value::Null).await;
    let first = list(&client, ada, json!(5)).await;
    assert_eq!((&first[0]["origin"], &first[0]["title"]), (&json!("OWN_PATTERN"), &json!("Plan “Tea”")));
    assert_eq!(first[0]["factor"], json!({ "name": "Tea" }));
    assert!(first[0]["text"].as_str().is_some_and(|text| text.contains("A pattern, not a cause.")));
    assert!(first[1..].iter().all(|one| one["origin"] == "CATALOGUE"));

    let input = json!({ "id": first[0]["id"], "rating": "NOT_HELPFUL" });
    let refused = mutate(&app.as_user(bo), RATE, input.clone()).await;
    assert_eq!(refused["errors"], json!([{ "code": "RECOMMENDATION_NOT_FOUND", "path": ["input", "id"] }]));
    assert_eq!(mutate(&client, RATE, input).await["errors"], json!([]));
    assert!(!ids(&list(&client, ada, json!(20)).await).contains(&first[0]["id"]));
    app.finish().await;
}

#[tokio::test]
async fn ratings_order_what_comes_next() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    log(&client, json!({ "score": 2, "valence": -0.5, "energy": 0.5 })).await;
    let before = list(&client, ada, json!(20)).await;
    let (disliked, liked) = (&before[0]["id"], &before[before.len() - 1]["id"]);
    let rated = mutate(&client, RATE, json!({ "id": liked, "rating": "HELPFUL" })).await;
    let expected = json!({ "id": liked, "rating": "HELPFUL", "ratedAt": "2026-03-01T12:00:00+00:00" });
    assert_eq!((&rated["recommendation"], &rated["errors"]), (&expected, &json!([])));
    mutate(&client, RATE, json!({ "id": disliked, "rating": "NOT_HELPFUL" })).await;
    let after = list(&client, ada, json!(20)).await;
    assert_eq!(&after[0]["id"], liked);
    assert!(!ids(&after).contains(disliked));
    app.clock.advance(chrono::TimeDelta::days(5));
    // Who changes their mind sees it again.
    mutate(&client, RATE, json!({ "id": disliked, "rating": "NEUTRAL" })).await;
    assert!(ids(&list(&client, ada, json!(20)).await).contains(disliked));
    app.finish().await;
}

#[tokio::test]
async fn a_rating_that_is_sent_again_is_given_once() {
    let app = TestApp::start::<Moods>().await;
    let ada = app.new_user();
    let client = app.as_user(ada);
    let id = list(&client, ada, json!(1)).await[0]["id"].clone();
    let input = json!({ "id": id, "rating": "HELPFUL", "idempotencyKey": "k" });
    let once = mutate(&client, RATE, input.clone()).await;
    app.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(mutate(&client, RATE, input).await, once);
    let other = mutate(&client, RATE, json!({ "id": id, "rating": "NEUTRAL", "idempotencyKey": "k" })).await;
    assert_eq!(other["errors"][0]["code"], json!("IDEMPOTENCY_KEY_REUSED"));
    for id in ["rec_none", "rec_00000000000000000000000000000000"] {
        let missing = mutate(&client, RATE, json!({ "id": id, "rating": "NEUTRAL" })).await;
        assert_eq!(missing["errors"][0]["code"], json!("RECOMMENDATION_NOT_FOUND"));
    }
    let input = json!({ "input": { "id": id, "rating": "HELPFUL" } });
    assert_eq!(app.anonymous().failure(RATE, input).await, "UNAUTHENTICATED");
    app.finish().await;
}
