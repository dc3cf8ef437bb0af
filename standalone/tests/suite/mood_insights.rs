//! What moods say of themselves, and what somebody may try: for their owner alone, through the gateway.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::{
    client::{Client, Person},
    journeys,
    world::World,
};

journeys!(
    a_pattern_is_found_read_put_away_and_brought_back,
    what_goes_with_better_days_is_recommended_and_rated,
    what_was_found_is_there_after_a_restart,
);

const REFRESH: &str = "mutation R { refreshMoodInsights { state { isStale computedAt } errors { code } } }";
const READ: &str = "query I($id: ID!, $all: Boolean) { user(id: $id) {
    moodInsights(includeDismissed: $all) { edges { node {
        id kind direction sentence n effect interval { low high } adjustedP method reference factor { name } dismissedAt
        entries(first: 3) { edges { node { id tags user { username } } } pageInfo { hasNextPage } }
    } } }
    moodInsightState { isStale }
} }";

/// The day of so many before the last of February.
fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1)
        .and_then(|first| first.checked_add_days(Days::new(number)))
        .expect("a date")
}

/// Two months in which days with walks are two points better.
async fn walker(client: &Client) -> Person {
    let ada = client.register("ada").await;
    let log = "mutation M($i: LogMoodInput!) { logMood(input: $i) { errors { code } } }";
    for number in 0..50_u64 {
        let walked = (((number + 3).pow(3) * 2_654_435_761) >> 11).is_multiple_of(3);
        let score = if walked { 4 } else { 2 } + i32::from(number * 7 % 3 == 0);
        let tags = if walked { json!(["walk"]) } else { json!([]) };
        let input = json!({ "score": score, "occurredAt": format!("{}T10:00:00Z", day(number)), "timezone": "UTC", "tags": tags });
        let logged = ada.client.data(log, json!({ "i": input })).await;
        assert_eq!(logged["logMood"]["errors"], json!([]));
    }
    let refreshed = ada.client.data(REFRESH, Value::Null).await["refreshMoodInsights"].take();
    assert_eq!((&refreshed["errors"], &refreshed["state"]["isStale"]), (&json!([]), &json!(false)));
    ada
}

async fn read(person: &Person, of: &Person, all: bool) -> Value {
    person.client.data(READ, json!({ "id": of.id, "all": all })).await["user"].take()
}

/// The insight about walks, if it is there.
fn about_walks(user: &Value) -> Option<Value> {
    let edges = user["moodInsights"]["edges"].as_array().expect("a list of edges");
    let mut nodes = edges.iter().map(|edge| edge["node"].clone());
    nodes.find(|node| node["kind"] == "ASSOCIATION" && node["factor"]["name"] == "walk")
}

async fn a_pattern_is_found_read_put_away_and_brought_back(world: World) {
    let ada = walker(&world.client()).await;
    let bo = world.client().register("bo").await;
    let found = about_walks(&read(&ada, &ada, false).await).expect("the insight");
    assert_eq!((&found["direction"], &found["n"]), (&json!("HIGHER"), &json!(50)));
    let sentence = found["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("“walk”") && sentence.contains("A pattern, not a cause."), "{sentence}");
    let cited = found["entries"]["edges"].as_array().expect("a list of edges");
    assert_eq!((cited.len(), &found["entries"]["pageInfo"]["hasNextPage"]), (3, &json!(true)));
    for edge in cited {
        assert_eq!(
            (&edge["node"]["tags"], &edge["node"]["user"]["username"]),
            (&json!(["walk"]), &json!("ada"))
        );
    }
    let for_bo = read(&bo, &ada, true).await;
    assert_eq!(for_bo, json!({ "moodInsights": null, "moodInsightState": null }));

    let id = json!({ "id": found["id"] });
    let dismiss = "mutation D($i: DismissMoodInsightInput!) { dismissMoodInsight(input: $i) { insight { dismissedAt } errors { code } } }";
    let refused = bo.client.data(dismiss, json!({ "i": id })).await;
    assert_eq!(refused["dismissMoodInsight"]["errors"], json!([{ "code": "MOOD_INSIGHT_NOT_FOUND" }]));
    let dismissed = ada.client.data(dismiss, json!({ "i": id })).await;
    assert!(dismissed["dismissMoodInsight"]["insight"]["dismissedAt"].is_string(), "{dismissed:#}");
    assert_eq!(about_walks(&read(&ada, &ada, false).await), None);
    assert!(about_walks(&read(&ada, &ada, true).await).is_some());
    let restore = "mutation R($i: RestoreMoodInsightInput!) { restoreMoodInsight(input: $i) { insight { dismissedAt } errors { code } } }";
    ada.client.data(restore, json!({ "i": id })).await;
    assert_eq!(about_walks(&read(&ada, &ada, false).await), Some(found));
    world.finish().await;
}

async fn what_goes_with_better_days_is_recommended_and_rated(world: World) {
    let ada = walker(&world.client()).await;
    let bo = world.client().register("bo").await;
    let query = "query R($id: ID!) { user(id: $id) { recommendations(first: 20) { id origin title rating source { url } } } }";
    let recommended = async |person: &Person| {
        person.client.data(query, json!({ "id": ada.id })).await["user"]["recommendations"].take()
    };
    let first = recommended(&ada).await;
    assert_eq!((&first[0]["origin"], &first[0]["title"]), (&json!("OWN_PATTERN"), &json!("Plan “walk”")));
    assert_eq!(first[1]["origin"], json!("CATALOGUE"));
    assert_eq!(recommended(&bo).await, Value::Null);
    let rate = "mutation R($i: RateRecommendationInput!) { rateRecommendation(input: $i) { recommendation { rating } errors { code } } }";
    let (own, other) = (&first[0]["id"], &first[3]["id"]);
    for (id, rating) in [(own, "NOT_HELPFUL"), (other, "HELPFUL")] {
        let rated =
            ada.client.data(rate, json!({ "i": { "id": id, "rating": rating, "idempotencyKey": id } })).await;
        assert_eq!(
            rated["rateRecommendation"],
            json!({ "recommendation": { "rating": rating }, "errors": [] })
        );
    }
    let next = recommended(&ada).await;
    assert_eq!(&next[0]["id"], other);
    assert!(next.as_array().is_some_and(|list| list.iter().all(|one| one["id"] != *own)));
    world.finish().await;
}

async fn what_was_found_is_there_after_a_restart(mut world: World) {
    let ada = walker(&world.client()).await;
    let before = about_walks(&read(&ada, &ada, false).await);
    world.restart().await;
    let again =
        crate::client::until(&ada.client, "query S { me { moodInsightState { isStale } } }", |answer| {
            answer["data"]["me"]["moodInsightState"]["isStale"] == json!(false)
        });
    again.await;
    assert_eq!(about_walks(&read(&ada, &ada, false).await), before);
    assert!(before.is_some());
    world.finish().await;
}
