//! Which headers reach the subgraphs.

use serde_json::{Value, json};

use crate::{
    client::{Socket, post},
    fixture::Installation,
};

const CONFIG: &str = "headers: {all: [{propagate: {name: x-tenant}}, {insert: {name: x-from, value: edge}}], subgraphs: {letters: [{remove: {name: x-from}}]}}";

fn names(headers: &http::HeaderMap) -> Vec<String> {
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn only_what_a_rule_names_is_forwarded_to_fetches_and_entity_fetches() {
    let installation = Installation::start(CONFIG).await;
    let question = json!({ "query": "{ person(id: 1) { name letterHeader(name: \"x-tenant\") } }" });
    let client = [("x-tenant", "acme"), ("cookie", "secret"), ("x-request-id", "req-1"), ("x-other", "1")];
    let (_, body) = post(&installation, &question, &client).await;
    assert_eq!(body["data"]["person"]["letterHeader"], "acme", "{body}");
    let people = installation.people.last_headers();
    assert!(people["x-from"] == "edge" && people["x-request-id"] == "req-1", "{people:?}");
    let common = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "x-gateway-assertion",
        "x-request-id",
        "x-tenant",
    ];
    assert_eq!(names(&installation.letters.last_headers()), common);
}

#[tokio::test]
async fn the_trace_of_the_client_goes_on() {
    let installation = Installation::start("").await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    post(&installation, &json!({ "query": "{ echo }" }), &[("traceparent", trace)]).await;
    assert_eq!(installation.people.last_headers()["traceparent"], trace);
}

#[tokio::test]
async fn rules_hold_for_subscriptions_and_read_the_handshake_of_browsers_too() {
    let installation = Installation::start(CONFIG).await;
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": { "X-Tenant": "acme" } })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", "subscription { ticks { person { letterHeader(name: \"x-tenant\") } } }").await;
    installation.people.streams(1).await;
    assert_eq!(installation.people.last_headers()["x-tenant"], "acme");
    installation.people.ticks.send(1).unwrap();
    let event = socket.receive().await;
    assert_eq!(event["payload"]["data"]["ticks"]["person"]["letterHeader"], Value::from("acme"), "{event}");
}
