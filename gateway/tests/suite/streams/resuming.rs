//! Streams that go on after their subgraph broke them off, and those that can't.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::feed::{Feed, cursor};
use crate::{client::Socket, fixture::DEADLINE};

const ENTRIES: &str = "subscription { entries { n author { name } } }";
/// A subgraph that is gone for long must not make the tests long.
const QUICK: &str =
    "{subscriptions: {resume: {first_pause_ms: 10, max_pause_ms: 50}}, traffic: {breaker: {open_ms: 50}}}";

async fn next(socket: &mut Socket) -> Value {
    let mut message = socket.receive().await;
    assert_eq!(message["type"], "next", "{message}");
    assert_eq!(message["payload"].get("errors"), None, "{message}");
    message["payload"]["data"].take()
}

/// Returns when everything that was sent before has been taken up.
async fn answered(socket: &mut Socket) {
    socket.subscribe("read", "{ __typename }").await;
    while socket.receive().await["type"] != "complete" {}
}

async fn expect(socket: &mut Socket, n: usize) {
    let name = format!("author {}", n % 3);
    assert_eq!(next(socket).await, json!({ "entries": { "n": n, "author": { "name": name } } }));
}

async fn opened(feed: &Feed, query: &str, variables: Value) -> Socket {
    let before = feed.world.opened();
    let mut socket = feed.socket().await;
    let payload = json!({ "query": query, "variables": variables });
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    let mut open = feed.world.open.subscribe();
    let waited = timeout(DEADLINE, open.wait_for(|_| feed.world.opened() > before)).await;
    assert!(waited.is_ok(), "the stream opens");
    socket
}

#[tokio::test]
async fn five_restarts_are_not_noticed_and_every_event_comes_once_and_in_order() {
    for replays_the_last in [false, true] {
        let mut feed = Feed::start(QUICK).await;
        feed.world.replays_the_last.store(replays_the_last, Ordering::SeqCst);
        let mut sockets = [opened(&feed, ENTRIES, json!({})).await, feed.socket().await];
        sockets[1].subscribe("1", ENTRIES).await;
        answered(&mut sockets[1]).await;
        for restart in 0..5 {
            let first = restart * 4 + 1;
            feed.world.publish("while it runs");
            for socket in &mut sockets {
                expect(socket, first).await;
            }
            feed.crash().await;
            feed.world.publish("while it is gone");
            feed.world.publish("while it is gone");
            feed.come_back().await;
            feed.world.publish("while it comes back");
            for n in first + 1..first + 4 {
                for socket in &mut sockets {
                    expect(socket, n).await;
                }
            }
        }
        assert_eq!(feed.world.opened(), 6);
        drop(sockets);
        feed.world.streams(0).await;
    }
}

#[tokio::test]
async fn what_happens_before_the_first_event_is_not_lost_either() {
    let mut feed = Feed::start(QUICK).await;
    feed.world.publish("long ago");
    let mut socket = opened(&feed, ENTRIES, json!({})).await;
    feed.crash().await;
    feed.world.publish("while it is gone");
    feed.come_back().await;
    expect(&mut socket, 2).await;
    assert_eq!(*feed.world.opened_after.lock().unwrap(), [Some(cursor(1)), Some(cursor(1))]);
}

#[tokio::test]
async fn the_cursor_takes_the_place_of_whatever_the_client_gave_and_is_not_shown() {
    let cases = [
        ("subscription { entries(after: \"at \\\"0\\\"\") { n } }", json!({})),
        ("subscription($a: String) { entries(after: $a) { n } }", json!({ "a": cursor(0) })),
        ("subscription($a: String = \"at \\\"0\\\"\") { entries(topic: \"t\", after: $a) { n } }", json!({})),
        (
            "subscription($_stream_after: String) { entries(after: $_stream_after) { n } }",
            json!({ "_stream_after": cursor(0) }),
        ),
        (
            "subscription { ...F } fragment F on Subscription { entries(after: \"at \\\"0\\\"\") { n } }",
            json!({}),
        ),
    ];
    for (query, variables) in cases {
        let mut feed = Feed::start(QUICK).await;
        feed.world.publish("before");
        let mut socket = opened(&feed, query, variables).await;
        assert_eq!(next(&mut socket).await, json!({ "entries": { "n": 1 } }), "{query}");
        feed.crash().await;
        feed.world.publish("while it is gone");
        feed.come_back().await;
        assert_eq!(next(&mut socket).await, json!({ "entries": { "n": 2 } }), "{query}");
        let after = feed.world.opened_after.lock().unwrap().clone();
        assert_eq!(after, [Some(cursor(0)), Some(cursor(1))], "{query}");
    }
}

#[tokio::test]
async fn a_client_may_use_the_names_that_the_gateway_uses() {
    let feed = Feed::start(QUICK).await;
    let query = "subscription { e: entries(after: null) { _stream_cursor: text c: cursor cursor: n } }";
    let mut socket = opened(&feed, query, json!({})).await;
    feed.world.publish("mine");
    let expected = json!({ "_stream_cursor": "mine", "c": cursor(1), "cursor": 1 });
    assert_eq!(next(&mut socket).await, json!({ "e": expected }));
}

#[tokio::test]
async fn who_says_where_to_begin_is_not_joined_with_who_begins_now() {
    let feed = Feed::start("").await;
    feed.world.publish("before");
    let mut now = opened(&feed, ENTRIES, json!({})).await;
    let query = "subscription { entries(after: \"at \\\"0\\\"\") { n author { name } } }";
    let mut all = [opened(&feed, query, json!({})).await, opened(&feed, query, json!({})).await];
    feed.world.streams(3).await;
    feed.world.publish("after");
    for socket in &mut all {
        expect(socket, 1).await;
        expect(socket, 2).await;
    }
    expect(&mut now, 2).await;
}

#[tokio::test]
async fn without_a_place_to_go_on_from_the_stream_ends_with_a_retryable_error() {
    for (query, field) in [("subscription { news { n } }", "news"), ("subscription { bare { n } }", "bare")] {
        let mut feed = Feed::start(QUICK).await;
        let mut socket = opened(&feed, query, json!({})).await;
        if field == "news" {
            feed.world.publish("x");
            assert_eq!(next(&mut socket).await, json!({ "news": { "n": 1 } }));
        }
        feed.crash().await;
        let message = socket.receive().await;
        assert_eq!(message["type"], "error", "{message}");
        let expected = json!({ "code": "UPSTREAM_UNAVAILABLE", "service": "feed", "retryable": true });
        assert_eq!(message["payload"][0]["extensions"], expected, "{query}");
    }
}

#[tokio::test]
async fn without_a_start_to_ask_for_the_first_event_makes_a_stream_resumable() {
    let mut feed = Feed::start(QUICK).await;
    let mut socket = opened(&feed, "subscription { bare { n } }", json!({})).await;
    feed.world.publish("x");
    assert_eq!(next(&mut socket).await, json!({ "bare": { "n": 1 } }));
    feed.crash().await;
    feed.world.publish("x");
    feed.come_back().await;
    assert_eq!(next(&mut socket).await, json!({ "bare": { "n": 2 } }));
}

#[tokio::test]
async fn a_subgraph_that_stays_away_ends_the_stream_with_a_retryable_error() {
    let config = "subscriptions: {resume: {first_pause_ms: 10, max_pause_ms: 20, max_elapsed_ms: 200}}";
    let mut feed = Feed::start(config).await;
    let mut socket = opened(&feed, ENTRIES, json!({})).await;
    feed.crash().await;
    let message = socket.receive().await;
    assert_eq!(message["type"], "error", "{message}");
    assert_eq!(message["payload"][0]["extensions"]["retryable"], true, "{message}");
}

#[tokio::test]
async fn a_slow_reader_of_a_resumable_stream_goes_on_by_itself_and_gets_everything() {
    let config =
        "{subscriptions: {buffer_events: 4, patience_ms: 100}, websocket: {max_buffered_bytes: 10000}}";
    let feed = Feed::start(config).await;
    let query = "subscription { entries { n text } }";
    let mut fast = opened(&feed, query, json!({})).await;
    let mut slow = feed.narrow_socket().await;
    slow.subscribe("1", query).await;
    answered(&mut slow).await;
    let large = "x".repeat(200_000);
    for n in 1..=60 {
        feed.world.publish(large.as_str());
        assert_eq!(next(&mut fast).await["entries"]["n"], n);
    }
    for n in 1..=60 {
        assert_eq!(next(&mut slow).await["entries"]["n"], n);
    }
    assert_eq!(feed.world.opened(), 2);
    feed.world.publish("x");
    for socket in [&mut fast, &mut slow] {
        assert_eq!(next(socket).await["entries"]["n"], 61);
    }
}
