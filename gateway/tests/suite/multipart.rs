//! Apollo's multipart protocol for subscriptions.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use reqwest::{
    Response,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    client::code,
    fixture::{BREAK, DEADLINE, Installation},
};

/// What Apollo Client sends with a subscription.
const APOLLO: &str = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json";

async fn ask(installation: &Installation, query: &str, accept: &str) -> Response {
    let request = reqwest::Client::new().post(installation.url("/graphql")).json(&json!({ "query": query }));
    request.header(ACCEPT, accept).send().await.expect("the gateway answers")
}

/// Reads parts as Apollo's clients do: a part is there once the boundary after it is.
struct Parts {
    body: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    read: String,
}

impl Parts {
    async fn open(installation: &Installation, query: &str) -> Self {
        let response = ask(installation, query, APOLLO).await;
        assert_eq!(response.status(), 200);
        let content_type = "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"";
        assert_eq!(response.headers()[CONTENT_TYPE], content_type);
        let mut parts = Self { body: Box::pin(response.bytes_stream()), read: String::new() };
        assert_eq!(parts.until_boundary().await, "");
        parts
    }

    async fn until_boundary(&mut self) -> String {
        const BOUNDARY: &str = "\r\n--graphql";
        loop {
            if let Some(end) = self.read.find(BOUNDARY) {
                let part = self.read[..end].to_owned();
                self.read.drain(..end + BOUNDARY.len());
                return part;
            }
            let chunk = timeout(DEADLINE, self.body.next()).await.expect("the gateway speaks");
            let chunk = chunk.expect("the body goes on").expect("the body is sound");
            self.read.push_str(std::str::from_utf8(&chunk).expect("the gateway answers in UTF-8"));
        }
    }

    async fn next(&mut self) -> Value {
        let part = self.until_boundary().await;
        let json = part.strip_prefix("\r\ncontent-type: application/json\r\n\r\n").expect("a part of JSON");
        serde_json::from_str(json).expect("a part of JSON")
    }

    /// What follows the last boundary.
    async fn rest(mut self) -> String {
        while let Some(chunk) = timeout(DEADLINE, self.body.next()).await.expect("the body ends") {
            let chunk = chunk.expect("the body is sound");
            self.read.push_str(std::str::from_utf8(&chunk).expect("the gateway answers in UTF-8"));
        }
        self.read
    }
}

#[tokio::test]
async fn a_subscription_is_a_part_for_each_event_and_a_last_boundary() {
    let installation = Installation::start("").await;
    let mut parts = Parts::open(&installation, "subscription { count(to: 2) }").await;
    assert_eq!(parts.next().await, json!({ "payload": { "data": { "count": 1 } } }));
    assert_eq!(parts.next().await, json!({ "payload": { "data": { "count": 2 } } }));
    assert_eq!(parts.rest().await, "--\r\n");
}

#[tokio::test]
async fn a_quiet_subscription_has_a_heartbeat_and_ends_upstream_with_its_client() {
    let installation = Installation::start("http: {multipart_heartbeat_ms: 100}").await;
    let mut parts = Parts::open(&installation, "subscription { ticks { n person { letters } } }").await;
    assert_eq!(parts.next().await, json!({}));
    installation.people.streams(1).await;
    installation.people.ticks.send(4).unwrap();
    loop {
        let part = parts.next().await;
        if part != json!({}) {
            let data = json!({ "ticks": { "n": 4, "person": { "letters": ["letter to 4"] } } });
            assert_eq!(part, json!({ "payload": { "data": data } }));
            break;
        }
    }
    drop(parts);
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_outside_of_any_payload() {
    let installation = Installation::start("").await;
    let mut parts = Parts::open(&installation, "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    installation.people.ticks.send(1).unwrap();
    assert_eq!(parts.next().await["payload"]["data"]["ticks"]["n"], 1);
    installation.people.ticks.send(BREAK).unwrap();
    let broken = parts.next().await;
    assert_eq!(broken["payload"], Value::Null);
    assert_eq!(code(&broken), "UPSTREAM_UNAVAILABLE");
    assert_eq!(parts.rest().await, "--\r\n");
}

#[tokio::test]
async fn other_operations_and_refusals_are_json_for_the_same_client() {
    let installation = Installation::start("").await;
    for (query, expected) in [
        ("{ echo(text: \"a\") }", json!({ "data": { "echo": "a" } })),
        (
            "mutation { rename(id: 1, name: \"x\") { name } }",
            json!({ "data": { "rename": { "name": "x" } } }),
        ),
    ] {
        let response = ask(&installation, query, APOLLO).await;
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
        assert_eq!(response.json::<Value>().await.unwrap(), expected);
    }
    let response = ask(&installation, "subscription { nothing }", APOLLO).await;
    assert_eq!(code(&response.json().await.unwrap()), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn incremental_delivery_is_not_this_protocol() {
    let installation = Installation::start("").await;
    for accept in [
        "multipart/mixed",
        "multipart/mixed; deferSpec=20220824",
        "multipart/mixed;incrementalDeliverySpec=3283f8a",
        "multipart/mixed;subscriptionSpec=2.0",
    ] {
        let response = ask(&installation, "subscription { count(to: 1) }", accept).await;
        assert_eq!(response.status(), 406, "{accept}");
        assert_eq!(code(&response.json().await.unwrap()), "NOT_ACCEPTABLE");
    }
    let only = ask(&installation, "{ echo }", "multipart/mixed;subscriptionSpec=1.0").await;
    assert!(only.text().await.unwrap().contains(r#"{"payload":{"data":{"echo":null}}}"#));
}
