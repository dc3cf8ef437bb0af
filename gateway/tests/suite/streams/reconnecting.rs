//! Clients of event streams that are cut off, and go on from their last event.

use std::pin::Pin;

use futures::{Stream, StreamExt};
use reqwest::{
    RequestBuilder, StatusCode, header,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::feed::{Feed, cursor};
use crate::fixture::DEADLINE;

const ENTRIES: &str = "subscription { entries { n } }";

/// Reads server-sent events as the HTML standard says, and remembers the last id.
struct Reader {
    body: Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    read: String,
    last_event_id: String,
}

impl Reader {
    async fn open(feed: &Feed, query: &str, last_event_id: &str) -> Self {
        let response = request(feed, query, last_event_id).send().await.expect("the gateway answers");
        assert_eq!(response.status(), StatusCode::OK);
        Self {
            body: Box::pin(response.bytes_stream()),
            read: String::new(),
            last_event_id: last_event_id.to_owned(),
        }
    }

    /// The next block of lines.
    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                if let Some(id) = block.lines().find_map(|line| line.strip_prefix("id: ")) {
                    id.clone_into(&mut self.last_event_id);
                }
                return block;
            }
            let chunk = timeout(DEADLINE, self.body.next()).await.expect("the gateway speaks");
            let chunk = chunk.expect("the stream goes on").expect("the body is sound");
            self.read.push_str(std::str::from_utf8(&chunk).expect("the gateway answers in UTF-8"));
        }
    }

    /// The data of the next event that a page would see.
    async fn next(&mut self) -> Value {
        loop {
            if let Some((_, data)) = self.block().await.split_once("data: ") {
                return serde_json::from_str(data).expect("JSON");
            }
        }
    }

    async fn expect(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for n in numbers {
            assert_eq!(self.next().await, json!({ "data": { "entries": { "n": n } } }));
        }
    }

    /// Waits until the stream has said where it begins.
    async fn begun(&mut self) {
        while self.last_event_id.is_empty() {
            assert_eq!(self.block().await.find("data"), None);
        }
    }
}

/// As `EventSource` sends it.
fn request(feed: &Feed, query: &str, last_event_id: &str) -> RequestBuilder {
    let mut url = reqwest::Url::parse(&feed.edge.url()).expect("an address");
    url.query_pairs_mut().append_pair("query", query);
    let mut request = reqwest::Client::new().get(url).header(header::ACCEPT, "text/event-stream");
    if !last_event_id.is_empty() {
        request = request.header("last-event-id", last_event_id);
    }
    request
}

fn id(number: usize) -> String {
    format!("t{}", cursor(number).replace(' ', "%20"))
}

async fn refusal(request: RequestBuilder) -> (StatusCode, Value) {
    let response = timeout(DEADLINE, request.send()).await.expect("an answer in time");
    let response = response.expect("the gateway answers");
    let status = response.status();
    let answer: Value = response.json().await.unwrap_or_default();
    (status, answer["errors"][0]["extensions"]["code"].clone())
}

#[tokio::test]
async fn a_reader_that_is_cut_off_again_and_again_gets_everything_once_and_in_order() {
    let feed = Feed::start("").await;
    let mut last = String::new();
    for round in 0..5 {
        let mut reader = Reader::open(&feed, ENTRIES, &last).await;
        reader.begun().await;
        // From the second round on there is something to catch up with.
        let caught_up = if round == 0 { 0 } else { 2 };
        reader.expect(round * 3 + 1 - caught_up..=round * 3).await;
        feed.world.publish("live");
        reader.expect([round * 3 + 1]).await;
        assert_eq!(reader.last_event_id, id(round * 3 + 1));
        last.clone_from(&reader.last_event_id);
        drop(reader);
        feed.world.streams(0).await;
        feed.world.publish("while it is away");
        feed.world.publish("while it is away");
    }
}

#[tokio::test]
async fn who_is_cut_off_before_the_first_event_misses_nothing() {
    let feed = Feed::start("").await;
    feed.world.publish("long ago");
    let mut reader = Reader::open(&feed, ENTRIES, "").await;
    reader.begun().await;
    let last = reader.last_event_id.clone();
    assert_eq!(last, id(1));
    drop(reader);
    feed.world.publish("while it is away");
    Reader::open(&feed, ENTRIES, &last).await.expect([2]).await;
}

#[tokio::test]
async fn who_joins_others_is_told_where_the_stream_is_by_then() {
    let feed = Feed::start("").await;
    let mut first = Reader::open(&feed, ENTRIES, "").await;
    first.begun().await;
    for n in 1..=2 {
        feed.world.publish("shared");
        first.expect([n]).await;
    }
    let mut second = Reader::open(&feed, ENTRIES, "").await;
    second.begun().await;
    assert_eq!(second.last_event_id, id(2));
    assert_eq!(feed.world.opened(), 1);
    // One that has something to catch up with goes by itself.
    Reader::open(&feed, ENTRIES, &id(1)).await.expect([2]).await;
    assert_eq!(feed.world.opened(), 2);
}

#[tokio::test]
async fn the_id_of_the_last_event_counts_more_than_where_the_client_first_began() {
    let feed = Feed::start("").await;
    for _ in 0..3 {
        feed.world.publish("before");
    }
    let query = r#"subscription { entries(after: "at \"0\"") { n } }"#;
    let mut reader = Reader::open(&feed, query, "").await;
    reader.expect([1, 2]).await;
    let last = reader.last_event_id.clone();
    drop(reader);
    Reader::open(&feed, query, &last).await.expect([3]).await;
}

#[tokio::test]
async fn a_subgraph_restarted_meanwhile_changes_nothing_about_the_ids() {
    let config = "{subscriptions: {resume: {first_pause_ms: 10, max_pause_ms: 50}}, traffic: {breaker: {open_ms: 50}}}";
    let mut feed = Feed::start(config).await;
    let mut reader = Reader::open(&feed, ENTRIES, "").await;
    reader.begun().await;
    feed.crash().await;
    feed.world.publish("while the subgraph is gone");
    feed.come_back().await;
    reader.expect([1]).await;
    assert_eq!(reader.last_event_id, id(1));
    drop(reader);
    feed.world.publish("while the reader is gone");
    Reader::open(&feed, ENTRIES, &id(1)).await.expect([2]).await;
}

#[tokio::test]
async fn streams_that_cannot_be_taken_up_have_no_ids_and_pass_over_the_header() {
    let feed = Feed::start("").await;
    for last_event_id in ["", "not an id"] {
        let mut reader = Reader::open(&feed, "subscription { news { n } }", last_event_id).await;
        feed.world.streams(1).await;
        feed.world.publish("news");
        while {
            let block = reader.block().await;
            assert!(!block.contains("id:"), "{block}");
            !block.contains("data")
        } {}
        drop(reader);
        feed.world.streams(0).await;
    }
    let mut query = Reader::open(&feed, "{ feedCursor }", "not an id").await;
    assert_eq!(query.next().await, json!({ "data": { "feedCursor": cursor(2) } }));
    // Other transports have no such header.
    let multipart = HeaderValue::from_static("multipart/mixed;subscriptionSpec=1.0, application/json");
    let request =
        request(&feed, ENTRIES, "not an id").headers(HeaderMap::from_iter([(header::ACCEPT, multipart)]));
    assert_eq!(request.send().await.expect("the gateway answers").status(), StatusCode::OK);
}

#[tokio::test]
async fn an_id_that_no_event_of_the_stream_had_is_refused() {
    let feed = Feed::start("").await;
    // The last one is a number's, and this argument takes texts.
    for last_event_id in ["not an id", "17", "t%0", "n17"] {
        let (status, code) = refusal(request(&feed, ENTRIES, last_event_id)).await;
        assert_eq!(
            (status, code),
            (StatusCode::BAD_REQUEST, json!("LAST_EVENT_ID_INVALID")),
            "{last_event_id}"
        );
    }
    let giant = format!("t{}", "x".repeat(5_000));
    let (status, code) = refusal(request(&feed, ENTRIES, &giant)).await;
    assert_eq!((status, code), (StatusCode::BAD_REQUEST, json!("LAST_EVENT_ID_INVALID")));
    assert_eq!(feed.world.opened(), 0);
}
