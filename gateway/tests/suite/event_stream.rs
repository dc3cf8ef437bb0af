//! Server-sent events, distinct connections mode.

use futures::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::json;
use tokio::time::timeout;

use crate::fixture::{DEADLINE, Installation};

/// Reads a body as it comes.
struct Events {
    body: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    read: String,
}

impl Events {
    async fn open(installation: &Installation, query: &str, get: bool) -> Self {
        let client = reqwest::Client::new();
        let request = if get {
            let mut url =
                reqwest::Url::parse(&installation.url("/graphql")).expect("the gateway answers in UTF-8");
            url.query_pairs_mut().append_pair("query", query);
            client.get(url)
        } else {
            let body = json!({ "query": query }).to_string();
            client.post(installation.url("/graphql")).header(CONTENT_TYPE, "application/json").body(body)
        };
        let response =
            request.header(ACCEPT, "text/event-stream").send().await.expect("the gateway answers in UTF-8");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream; charset=utf-8");
        Self { body: Box::pin(response.bytes_stream()), read: String::new() }
    }

    /// The next event, comments aside; `None` at the body's end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                if !event.starts_with(':') {
                    return Some(event);
                }
                continue;
            }
            let chunk = timeout(DEADLINE, self.body.next()).await.expect("the gateway speaks")?;
            self.read.push_str(
                std::str::from_utf8(&chunk.expect("the body is sound"))
                    .expect("the gateway answers in UTF-8"),
            );
        }
    }
}

#[tokio::test]
async fn a_subscription_is_events_and_a_completion_with_data() {
    let installation = Installation::start("").await;
    for get in [false, true] {
        let mut events = Events::open(&installation, "subscription { count(to: 2) }", get).await;
        assert_eq!(events.next().await.unwrap(), "event: next\ndata: {\"data\":{\"count\":1}}");
        assert_eq!(events.next().await.unwrap(), "event: next\ndata: {\"data\":{\"count\":2}}");
        assert_eq!(events.next().await.unwrap(), "event: complete\ndata: ");
        assert_eq!(events.next().await, None);
    }
}

#[tokio::test]
async fn queries_and_requests_that_cannot_run_are_one_event_and_a_completion() {
    let installation = Installation::start("").await;
    let mut events = Events::open(&installation, "{ echo(text: \"a\") }", false).await;
    assert_eq!(events.next().await.unwrap(), "event: next\ndata: {\"data\":{\"echo\":\"a\"}}");
    assert_eq!(events.next().await.unwrap(), "event: complete\ndata: ");
    let mut events = Events::open(&installation, "{ nothing }", false).await;
    assert!(events.next().await.unwrap().contains("GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(events.next().await.unwrap(), "event: complete\ndata: ");
}

#[tokio::test]
async fn a_reader_that_vanishes_from_a_quiet_stream_is_noticed_upstream() {
    let installation = Installation::start("").await;
    let mut events =
        Events::open(&installation, "subscription { ticks { n person { letters } } }", false).await;
    installation.people.streams(1).await;
    installation.people.ticks.send(1).unwrap();
    assert!(events.next().await.unwrap().contains("letter to 1"));
    drop(events);
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive_with_comments() {
    let installation = Installation::start("http: {sse_keep_alive_ms: 100}").await;
    let mut events = Events::open(&installation, "subscription { ticks { n } }", false).await;
    while events.read.matches(":\n\n").count() < 3 {
        let chunk = timeout(DEADLINE, events.body.next()).await.unwrap().unwrap().unwrap();
        events.read.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn a_stop_ends_streams_without_a_completion_so_that_clients_come_back() {
    let installation = Installation::start("websocket: {drain_jitter_ms: 10}").await;
    let mut events = Events::open(&installation, "subscription { ticks { n } }", false).await;
    installation.people.streams(1).await;
    installation.gateway.drain(DEADLINE).await;
    assert_eq!(events.next().await, None);
    installation.people.streams(0).await;
}
