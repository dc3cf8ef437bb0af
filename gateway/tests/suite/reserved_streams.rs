//! Server-sent events, single connection mode.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    client::code,
    fixture::{DEADLINE, Installation},
};

const TOKEN: &str = "x-graphql-event-stream-token";

/// A client with a token for one stream.
struct Reserved {
    url: String,
    token: String,
}

impl Reserved {
    async fn new(installation: &Installation) -> Self {
        let url = installation.url("/graphql");
        let response = Client::new().put(&url).send().await.expect("the gateway answers");
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        Self { url, token: response.text().await.expect("a token") }
    }

    async fn open(&self) -> Response {
        let request = Client::new().get(&self.url).header("accept", "text/event-stream");
        request.header(TOKEN, &self.token).send().await.expect("the gateway answers")
    }

    async fn start(&self, id: &str, query: &str) -> (u16, String) {
        self.post(&json!({ "query": query, "extensions": { "operationId": id } })).await
    }

    async fn post(&self, body: &Value) -> (u16, String) {
        let request = Client::new().post(&self.url).header(TOKEN, &self.token).json(body);
        let response = request.send().await.expect("the gateway answers");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    async fn stop(&self, id: &str) -> u16 {
        let url = format!("{}?operationId={id}", self.url);
        let request = Client::new().request(Method::DELETE, url).header(TOKEN, &self.token);
        request.send().await.expect("the gateway answers").status().as_u16()
    }
}

/// Reads events as they come.
struct Events {
    body: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    read: String,
}

impl Events {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        Self { body: Box::pin(response.bytes_stream()), read: String::new() }
    }

    /// The next event's name and data, comments aside; `None` at the body's end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                if event.starts_with(':') {
                    continue;
                }
                let (name, data) = event.trim_end().split_once("\ndata: ").expect("a name and data");
                let name = name.strip_prefix("event: ").expect("a name").to_owned();
                return Some((name, serde_json::from_str(data).expect("JSON")));
            }
            let chunk = timeout(DEADLINE, self.body.next()).await.expect("the gateway speaks")?;
            let chunk = chunk.expect("the body is sound");
            self.read.push_str(std::str::from_utf8(&chunk).expect("the gateway answers in UTF-8"));
        }
    }
}

fn next(id: &str, payload: Value) -> (String, Value) {
    ("next".to_owned(), json!({ "id": id, "payload": payload }))
}

fn complete(id: &str) -> (String, Value) {
    ("complete".to_owned(), json!({ "id": id }))
}

#[tokio::test]
async fn operations_of_every_kind_share_the_one_stream() {
    let installation = Installation::start("").await;
    let client = Reserved::new(&installation).await;
    let mut events = Events::of(client.open().await);
    assert_eq!(client.start("a\"1", "{ echo(text: \"x\") }").await, (202, String::new()));
    assert_eq!(events.next().await.unwrap(), next("a\"1", json!({ "data": { "echo": "x" } })));
    assert_eq!(events.next().await.unwrap(), complete("a\"1"));
    assert_eq!(client.start("2", "subscription { ticks { n } }").await.0, 202);
    installation.people.streams(1).await;
    assert_eq!(client.start("3", "mutation { rename(id: 1, name: \"x\") { name } }").await.0, 202);
    assert_eq!(events.next().await.unwrap(), next("3", json!({ "data": { "rename": { "name": "x" } } })));
    assert_eq!(events.next().await.unwrap(), complete("3"));
    installation.people.ticks.send(7).unwrap();
    assert_eq!(events.next().await.unwrap(), next("2", json!({ "data": { "ticks": { "n": 7 } } })));
    assert_eq!(client.stop("2").await, 200);
    installation.people.streams(0).await;
    assert_eq!(client.stop("2").await, 200, "what isn't running is complete already");
    assert_eq!(client.start("2", "subscription { count(to: 1) }").await.0, 202);
    assert_eq!(events.next().await.unwrap(), next("2", json!({ "data": { "count": 1 } })));
    assert_eq!(events.next().await.unwrap(), complete("2"));
}

#[tokio::test]
async fn an_operation_may_be_started_before_the_stream_is_open() {
    let installation = Installation::start("").await;
    let client = Reserved::new(&installation).await;
    assert_eq!(client.start("1", "subscription { count(to: 40) }").await.0, 202);
    let by_query = format!("{}?token={}", client.url, client.token);
    let request = Client::new().get(by_query).header("accept", "text/event-stream");
    let mut events = Events::of(request.send().await.unwrap());
    for count in 1..=40 {
        assert_eq!(events.next().await.unwrap(), next("1", json!({ "data": { "count": count } })));
    }
    assert_eq!(events.next().await.unwrap(), complete("1"));
}

#[tokio::test]
async fn a_client_that_leaves_ends_everything_that_ran_on_its_stream() {
    let installation = Installation::start("subscriptions: {share: false}").await;
    let client = Reserved::new(&installation).await;
    let events = Events::of(client.open().await);
    for id in ["1", "2"] {
        assert_eq!(client.start(id, "subscription { ticks { n } }").await.0, 202);
    }
    installation.people.streams(2).await;
    drop(events);
    installation.people.streams(0).await;
    assert_eq!(client.start("3", "{ echo }").await.0, 404);
}

#[tokio::test]
async fn what_does_not_fit_the_protocol_is_refused_by_code() {
    let installation = Installation::start("sse: {max_operations: 1}").await;
    let client = Reserved::new(&installation).await;
    let refused = |(status, body): (u16, String)| {
        (status, code(&serde_json::from_str(&body).expect("JSON")).to_owned())
    };
    let expect = |status: u16, code: &str| (status, code.to_owned());
    let mut events = Events::of(client.open().await);
    let again = client.open().await;
    assert_eq!(
        refused((again.status().as_u16(), again.text().await.unwrap())),
        expect(409, "STREAM_ALREADY_OPEN")
    );
    let nameless = client.post(&json!({ "query": "{ echo }" })).await;
    assert_eq!(refused(nameless), expect(400, "BAD_REQUEST"));
    let number = client.post(&json!({ "query": "{ echo }", "extensions": { "operationId": 1 } })).await;
    assert_eq!(refused(number), expect(400, "BAD_REQUEST"));
    assert_eq!(refused(client.start("1", "{ nothing }").await), expect(400, "GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(client.start("1", "subscription { ticks { n } }").await.0, 202);
    assert_eq!(refused(client.start("1", "{ echo }").await), expect(409, "OPERATION_ALREADY_RUNNING"));
    assert_eq!(refused(client.start("2", "{ echo }").await), expect(503, "OVERLOADED"));
    assert_eq!(client.stop("1").await, 200);
    assert_eq!(client.start("2", "{ echo }").await.0, 202);
    assert_eq!(events.next().await.unwrap(), next("2", json!({ "data": { "echo": null } })));
    assert_eq!(events.next().await.unwrap(), complete("2"));
    let stranger = Reserved { url: client.url.clone(), token: "0".repeat(24) };
    assert_eq!(refused(stranger.start("1", "{ echo }").await), expect(404, "STREAM_NOT_FOUND"));
    assert_eq!(stranger.open().await.status(), 404);
    assert_eq!(stranger.stop("1").await, 404);
    let nothing = Client::new().request(Method::DELETE, &client.url).send().await.unwrap();
    assert_eq!(nothing.status(), 404);
}

#[tokio::test]
async fn a_reservation_lapses_and_gives_its_place_back() {
    let config = "{sse: {reservation_timeout_ms: 1}, http: {max_streams: 1}}";
    let installation = Installation::start(config).await;
    let client = Reserved::new(&installation).await;
    let reserves = async { while Client::new().put(&client.url).send().await.unwrap().status() != 201 {} };
    timeout(DEADLINE, reserves).await.expect("the place is free again");
    assert_eq!(client.open().await.status(), 404);
}

#[tokio::test]
async fn a_stop_ends_the_stream_without_completions() {
    let installation = Installation::start("websocket: {drain_jitter_ms: 10}").await;
    let client = Reserved::new(&installation).await;
    let mut events = Events::of(client.open().await);
    assert_eq!(client.start("1", "subscription { ticks { n } }").await.0, 202);
    installation.people.streams(1).await;
    installation.gateway.drain(DEADLINE).await;
    assert_eq!(events.next().await, None);
    installation.people.streams(0).await;
}
