//! Several operations in one request.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::{
    client::{code, post},
    fixture::Installation,
};

const ON: &str = "batching: {enabled: true, max_operations: 8}";

async fn raw(installation: &Installation, body: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(installation.url("/graphql"))
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("the gateway answers");
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON"))
}

#[tokio::test]
async fn operations_are_answered_in_their_order_each_with_its_own_errors() {
    let installation = Installation::start(ON).await;
    let batch = json!([
        { "query": "{ echo(text: \"a\") }" },
        { "query": "{ nothing }" },
        7,
        { "query": "mutation { rename(id: 1, name: \"x\") { name } }" },
        { "query": "subscription { count(to: 1) }" },
        { "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } },
        { "query": "{ echo }", "extensions": { "X-User-Id": "1" } },
        [{ "query": "{ echo }" }],
    ]);
    let (status, answers) =
        post(&installation, &batch, &[("accept", "application/graphql-response+json")]).await;
    assert_eq!(status, 200);
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 8);
    assert_eq!(answers[0], json!({ "data": { "echo": "a" } }));
    assert_eq!(answers[3], json!({ "data": { "rename": { "name": "x" } } }));
    let codes = [1, 2, 4, 5, 6, 7].map(|index| code(&answers[index]));
    let expected = [
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_REQUEST",
        "SUBSCRIPTION_NOT_STREAMED",
        "PERSISTED_QUERY_NOT_FOUND",
        "FORGED_IDENTITY_HEADER",
        "BAD_REQUEST",
    ];
    assert_eq!(codes, expected);
}

#[tokio::test]
async fn operations_of_a_batch_run_at_the_same_time() {
    let installation = Installation::start(ON).await;
    let batch = json!([{ "query": "{ a: hang }" }, { "query": "{ b: hang }" }, { "query": "{ c: hang }" }]);
    let asked = reqwest::Client::new().post(installation.url("/graphql")).json(&batch).send();
    let waiting = tokio::spawn(asked);
    installation.people.streams(3).await;
    waiting.abort();
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_batch_is_refused_when_it_is_off_too_long_empty_or_wanted_as_a_stream() {
    let off = Installation::start("").await;
    let on = Installation::start(ON).await;
    let one = r#"[{"query":"{ echo }"}]"#;
    let many = format!("[{}]", ["1"; 9].join(","));
    let deep = "[".repeat(100_000);
    for (installation, body, accept, expected) in [
        (&off, one, "*/*", (400, "BATCHING_NOT_ALLOWED")),
        (&on, many.as_str(), "*/*", (400, "BATCH_LIMIT_EXCEEDED")),
        (&on, "[]", "*/*", (400, "BAD_REQUEST")),
        (&on, "[{]", "*/*", (400, "BAD_REQUEST")),
        (&on, deep.as_str(), "*/*", (400, "BAD_REQUEST")),
        (&on, one, "text/event-stream", (406, "NOT_ACCEPTABLE")),
    ] {
        let (status, answer) = raw(installation, body, &[("accept", accept)]).await;
        assert_eq!((status, code(&answer)), expected, "{}", &body[..body.len().min(50)]);
    }
    assert_eq!(raw(&on, one, &[]).await, (200, json!([{ "data": { "echo": null } }])));
}
