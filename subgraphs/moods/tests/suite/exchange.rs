//! Moods that go into files and come out of them.

mod daylio;
mod exporting;
mod hostile;
mod importing;
mod round_trip;

use serde_json::{Value, json};
use testkit::Client;

const IMPORT: &str = "mutation($input: ImportMoodsInput!) {
    importMoods(input: $input) {
        report { lines valid duplicates problemCount problems { line field code message } }
        imported
        errors { code message path }
    }
}";
const EXPORT: &str = "subscription($format: MoodExportFormat!, $after: Cursor!, $from: DateTime, $to: DateTime) {
    moodExport(format: $format, after: $after, from: $from, to: $to) { text entries done cursor mediaType fileName }
}";
const CONTENT: &str = "query($user: ID!, $after: String) {
    _entities(representations: [{ __typename: \"User\", id: $user }]) {
        ... on User { moods(first: 100, after: $after) {
            edges { node {
                score valence energy kind labels associations tags note occurredAt timezone localDate visibility
                customMood { name }
            } }
            pageInfo { hasNextPage endCursor }
        } }
    }
}";

/// What `importMoods` answers.
async fn import(client: &Client, input: Value) -> Value {
    client.data(IMPORT, json!({ "input": input })).await["importMoods"].take()
}

/// Imports what must be without fault, and gives the numbers of entries that are new and that are not.
async fn imported(client: &Client, mut input: Value) -> (i64, i64) {
    input["dryRun"] = json!(false);
    let answer = import(client, input).await;
    assert_eq!((&answer["errors"], &answer["report"]["problems"]), (&json!([]), &json!([])), "{answer:#}");
    let number = |value: &Value| value.as_i64().expect("a number");
    (number(&answer["imported"]), number(&answer["report"]["duplicates"]))
}

/// The problems of a dry run, each as its line, field and code.
async fn problems(client: &Client, input: Value) -> Vec<(u64, String, String)> {
    let answer = import(client, input).await;
    let problems = answer["report"]["problems"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let read = |problem: &Value| {
        (problem["line"].as_u64().unwrap_or_default(), text(&problem["field"]), text(&problem["code"]))
    };
    problems.iter().map(read).collect()
}

/// Everything that somebody has, newest first, as they see it.
async fn content(client: &Client, user: ids::UserId) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = client.data(CONTENT, json!({ "user": user, "after": after })).await;
        let page = &data["_entities"][0]["moods"];
        all.extend(page["edges"].as_array().into_iter().flatten().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The parts of a file, to its end.
async fn export(client: &Client, variables: Value) -> Vec<Value> {
    let mut stream = client.subscribe(EXPORT, variables).await;
    let mut chunks = Vec::new();
    while let Some(mut response) = stream.try_next().await {
        assert!(response.get("errors").is_none(), "{response:#}");
        chunks.push(response["data"]["moodExport"].take());
    }
    assert!(stream.is_completed());
    chunks
}

/// A file as it is after all its parts.
async fn file(client: &Client, format: &str) -> String {
    let chunks = export(client, json!({ "format": format, "after": "" })).await;
    chunks.iter().filter_map(|chunk| chunk["text"].as_str()).collect()
}
