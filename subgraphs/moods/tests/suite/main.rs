//! What clients of `moods` see, on a real database.

mod analytics;
mod calendar;
mod crowd;
mod custom_moods;
mod deleting;
mod describing;
mod entities;
mod exchange;
mod exporting;
mod forgetting;
mod history;
mod hug_effect;
mod insights;
mod live;
mod logging;
mod races;
mod recommendations;
mod scale;
mod sealing;
mod sharing;
mod support;
mod tags;
mod telling;
mod ten_thousand;
mod unseen;
mod updating;

use serde_json::{Value, json};
use testkit::Client;

pub(crate) const LOG: &str = "mutation($input: LogMoodInput!) {
    logMood(input: $input) {
        mood { id score valence energy kind labels associations tags note occurredAt timezone localDate visibility revision user { id } }
        errors { code message path }
    }
}";

pub(crate) const HISTORY: &str = "query($user: ID!, $first: Int, $after: String, $last: Int, $before: String,
        $from: DateTime, $to: DateTime, $filter: MoodFilter) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User {
            moods(first: $first, after: $after, last: $last, before: $before, from: $from, to: $to, filter: $filter) {
                edges { cursor node { id note } }
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            }
        }
    }
}";

/// Logs a mood that must be accepted, and gives the entry.
pub(crate) async fn log(client: &Client, input: Value) -> Value {
    let mut data = client.data(LOG, json!({ "input": input })).await;
    assert_eq!(data["logMood"]["errors"], json!([]), "{data:#}");
    data["logMood"]["mood"].take()
}

/// The first refusal of a mood, as its code and path.
pub(crate) async fn refusal(client: &Client, input: Value) -> (String, Value) {
    let data = client.data(LOG, json!({ "input": input })).await;
    assert_eq!(data["logMood"]["mood"], Value::Null, "{data:#}");
    let error = &data["logMood"]["errors"][0];
    (error["code"].as_str().unwrap_or_default().to_owned(), error["path"].clone())
}

/// A page of somebody's history.
pub(crate) async fn moods(client: &Client, variables: Value) -> Value {
    client.data(HISTORY, variables).await["_entities"][0]["moods"].take()
}

/// The notes of a page, in its order.
pub(crate) fn notes(page: &Value) -> Vec<&str> {
    let edges = page["edges"].as_array().expect("a list of edges");
    edges.iter().map(|edge| edge["node"]["note"].as_str().expect("a note")).collect()
}

/// What a mutation of this input answers under its name, when it answers at all.
pub(crate) async fn mutate(client: &Client, mutation: &str, input: Value) -> Value {
    let data = client.data(mutation, json!({ "input": input })).await;
    data.as_object().and_then(|fields| fields.values().next()).cloned().expect("an answer")
}
