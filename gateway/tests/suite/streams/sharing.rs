//! One upstream for all who ask the same, and nobody disturbed by anybody.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use clock::{Clock, SystemClock};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::feed::Feed;
use crate::client::Socket;

const NEWS: &str = "subscription { news { n author { name } } }";
const SECRET: &str = "a secret that is long enough for HS256, really";
const CONFIG: &str = "{authentication: {secret: 'a secret that is long enough for HS256, really'}, headers: {all: [{propagate: {name: accept-language}}]}}";

fn bearer(subject: &str, session: &str, seconds: i64) -> String {
    let expires = SystemClock.now() + TimeDelta::seconds(seconds);
    let claims = json!({ "sub": subject, "sid": session, "exp": expires.timestamp(), "jti": seconds });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    format!("Bearer {}", jsonwebtoken::encode(&Header::default(), &claims, &key).expect("claims encode"))
}

async fn opened(feed: &Feed, payload: Value, query: &str) -> Socket {
    let mut socket = feed.fresh_socket().await;
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", query).await;
    socket
}

/// Returns when everything that was sent before has been taken up.
async fn answered(socket: &mut Socket) {
    socket.subscribe("read", "{ __typename }").await;
    while socket.receive().await["type"] != "complete" {}
}

async fn number(socket: &mut Socket) -> i64 {
    let message = socket.receive().await;
    message["payload"]["data"]["news"]["n"].as_i64().unwrap_or_else(|| panic!("{message}"))
}

#[tokio::test]
async fn a_hundred_clients_share_one_upstream_and_one_completion_of_each_event() {
    let feed = Feed::start("").await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = feed.socket().await;
        for id in 0..5 {
            // Layout, comments and variables that aren't declared make no difference.
            let query = format!("# {id}\n subscription {{\n news {{ n  author {{ name }} }} }}");
            let payload = json!({ "query": query, "variables": { "nobody": id } });
            socket.send(json!({ "type": "subscribe", "id": id.to_string(), "payload": payload })).await;
        }
        answered(&mut socket).await;
        sockets.push(socket);
    }
    feed.world.streams(1).await;
    for n in 1..=3 {
        feed.world.publish("x");
        for socket in &mut sockets {
            for _ in 0..5 {
                let message = socket.receive().await;
                let entry = json!({ "n": n, "author": { "name": format!("author {}", n % 3) } });
                assert_eq!(message["payload"]["data"]["news"], entry);
            }
        }
    }
    assert_eq!(feed.world.opened(), 1);
    assert_eq!(feed.world.completions.load(Ordering::SeqCst), 3);
    drop(sockets);
    feed.world.streams(0).await;
}

#[tokio::test]
async fn only_the_same_viewer_with_the_same_relevant_headers_and_variables_shares() {
    let feed = Feed::start(CONFIG).await;
    let ada = bearer("ada", "1", 600);
    let mut sockets = Vec::new();
    let expected = [
        (json!({}), NEWS, 1),
        (json!({ "authorization": ada }), NEWS, 2),
        (json!({ "authorization": bearer("bo", "2", 600) }), NEWS, 3),
        (json!({ "authorization": bearer("ada", "3", 600) }), NEWS, 4),
        (json!({ "authorization": ada, "accept-language": "de" }), NEWS, 5),
        (json!({ "authorization": ada, "x-colour": "blue" }), NEWS, 5),
        // Another token of the same session.
        (json!({ "authorization": bearer("ada", "1", 900) }), NEWS, 5),
        (json!({}), "subscription { news(topic: \"a\") { n } }", 6),
        (json!({}), "subscription { news(topic: \"b\") { n } }", 7),
        (json!({}), "subscription { news { text } }", 8),
    ];
    for (payload, query, streams) in expected {
        let mut socket = opened(&feed, payload, query).await;
        answered(&mut socket).await;
        feed.world.streams(streams).await;
        sockets.push(socket);
    }
    assert_eq!(feed.world.opened(), 8);
}

#[tokio::test]
async fn nothing_is_shared_when_the_configuration_says_so() {
    let feed = Feed::start("subscriptions: {share: false}").await;
    let mut socket = feed.socket().await;
    socket.subscribe("1", NEWS).await;
    socket.subscribe("2", NEWS).await;
    feed.world.streams(2).await;
}

#[tokio::test]
async fn a_token_that_expires_ends_its_own_client_only() {
    let feed = Feed::start(CONFIG).await;
    let mut short = opened(&feed, json!({ "authorization": bearer("ada", "1", 2) }), NEWS).await;
    feed.world.streams(1).await;
    let mut long = opened(&feed, json!({ "authorization": bearer("ada", "1", 600) }), NEWS).await;
    assert_eq!(short.closed().await.0, 4403);
    feed.world.publish("x");
    assert_eq!(number(&mut long).await, 1);
    assert_eq!(feed.world.opened(), 1);
}

#[tokio::test]
async fn a_revoked_session_ends_its_own_clients_only() {
    let feed = Feed::start(CONFIG).await;
    let mut first = opened(&feed, json!({ "authorization": bearer("ada", "1", 600) }), NEWS).await;
    let mut other = opened(&feed, json!({ "authorization": bearer("ada", "2", 600) }), NEWS).await;
    feed.world.streams(2).await;
    feed.gateway.revocations().revoke("1", SystemClock.now() + TimeDelta::minutes(10));
    assert_eq!(first.closed().await.0, 4403);
    feed.world.streams(1).await;
    feed.world.publish("x");
    assert_eq!(number(&mut other).await, 1);
}

/// A generator of its own, so that a failure can be seen again: numerical recipes' linear congruence.
struct Dice(u32);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % bound
    }
}

#[tokio::test]
async fn whoever_comes_and_goes_others_lose_nothing() {
    let feed = Feed::start("").await;
    let mut faithful = [feed.socket().await, feed.socket().await];
    for socket in &mut faithful {
        socket.subscribe("1", NEWS).await;
    }
    feed.world.streams(1).await;
    // Each with the number that it has to see next.
    let mut passing: Vec<(Socket, i64)> = Vec::new();
    let mut dice = Dice(7);
    for round in 1..=60 {
        match dice.below(4) {
            0 | 1 => {
                let mut socket = feed.socket().await;
                socket.subscribe("1", NEWS).await;
                answered(&mut socket).await;
                passing.push((socket, round));
            }
            2 if !passing.is_empty() => passing.swap_remove(dice.below(passing.len())).0.vanish(),
            _ => {}
        }
        feed.world.publish("x");
        if dice.below(2) == 0 {
            for (socket, expected) in &mut passing {
                assert_eq!(number(socket).await, *expected);
                *expected += 1;
            }
        }
        for socket in &mut faithful {
            assert_eq!(number(socket).await, round);
        }
    }
    assert_eq!(feed.world.opened(), 1);
    drop(passing);
    drop(faithful);
    feed.world.streams(0).await;
}

#[tokio::test]
async fn a_slow_reader_among_fast_ones_is_told_and_skips_nothing() {
    let config =
        "{subscriptions: {buffer_events: 4, patience_ms: 100}, websocket: {max_buffered_bytes: 10000}}";
    let feed = Feed::start(config).await;
    let query = "subscription { news { n text } }";
    let mut slow = feed.narrow_socket().await;
    slow.subscribe("1", query).await;
    let mut fast = feed.socket().await;
    fast.subscribe("1", query).await;
    answered(&mut fast).await;
    feed.world.streams(1).await;
    let large = "x".repeat(200_000);
    for n in 1..=60 {
        feed.world.publish(large.as_str());
        assert_eq!(number(&mut fast).await, n);
    }
    let mut taken = 0;
    let message = loop {
        let message = slow.receive().await;
        if message["type"] != "next" {
            break message;
        }
        taken += 1;
        assert_eq!(message["payload"]["data"]["news"]["n"], taken);
    };
    assert_eq!(message["type"], "error", "{message}");
    let extensions = &message["payload"][0]["extensions"];
    assert_eq!(*extensions, json!({ "code": "STREAM_OVERFLOW", "retryable": true }));
    assert!(taken < 60);
    assert_eq!(feed.world.opened(), 1);
    feed.world.publish("x");
    assert_eq!(number(&mut fast).await, 61);
}

#[tokio::test]
async fn a_slow_reader_alone_holds_its_upstream_back_and_gets_everything() {
    let config =
        "{subscriptions: {buffer_events: 4, patience_ms: 1}, websocket: {max_buffered_bytes: 10000}}";
    let feed = Feed::start(config).await;
    let mut slow = feed.narrow_socket().await;
    slow.subscribe("1", "subscription { news { n text } }").await;
    feed.world.streams(1).await;
    let large = "x".repeat(200_000);
    for _ in 0..60 {
        feed.world.publish(large.as_str());
    }
    for n in 1..=60 {
        assert_eq!(number(&mut slow).await, n);
    }
}
