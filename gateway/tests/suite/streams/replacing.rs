//! Streams that live through a change of the supergraph.

use std::sync::Arc;

use serde_json::{Value, json};

use super::feed::{Feed, cursor};
use crate::{client::Socket, fixture::DEADLINE};

async fn opened(feed: &Feed, query: &str) -> Socket {
    let before = feed.world.opened();
    let mut socket = feed.socket().await;
    socket.subscribe("1", query).await;
    let mut open = feed.world.open.subscribe();
    let waited = tokio::time::timeout(DEADLINE, open.wait_for(|_| feed.world.opened() > before)).await;
    assert!(waited.is_ok(), "the stream opens");
    socket
}

async fn next(socket: &mut Socket) -> Value {
    let mut message = socket.receive().await;
    assert_eq!(message["type"], "next", "{message}");
    message["payload"]["data"].take()
}

#[tokio::test]
async fn an_upstream_that_is_asked_the_same_goes_on_and_the_old_supergraph_is_let_go() {
    let feed = Feed::start("").await;
    let mut resumable = opened(&feed, "subscription { entries { n author { name } } }").await;
    let mut plain = opened(&feed, "subscription { news { n author { name } } }").await;
    let first = Arc::downgrade(&feed.gateway.serving());
    feed.gateway.replace_supergraph(feed.supergraph(|sdl| sdl)).await.unwrap();
    feed.world.publish("x");
    let event = json!({ "n": 1, "author": { "name": "author 1" } });
    assert_eq!(next(&mut resumable).await, json!({ "entries": event }));
    assert_eq!(next(&mut plain).await, json!({ "news": event }));
    assert_eq!(feed.world.opened(), 2);
    let let_go = async {
        while first.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, let_go).await.expect("no stream holds it");
}

#[tokio::test]
async fn a_resumable_stream_moves_with_its_subgraph_and_loses_and_doubles_nothing() {
    let feed = Feed::start("").await;
    let mut socket = opened(&feed, "subscription { entries { n } }").await;
    feed.world.publish("x");
    assert_eq!(next(&mut socket).await, json!({ "entries": { "n": 1 } }));
    let mut homes = Vec::new();
    for n in (2..=10).step_by(2) {
        let (home, supergraph) = feed.elsewhere().await;
        homes.push(home);
        feed.world.publish("x");
        feed.gateway.replace_supergraph(supergraph).await.unwrap();
        feed.world.publish("x");
        assert_eq!(next(&mut socket).await, json!({ "entries": { "n": n } }));
        assert_eq!(next(&mut socket).await, json!({ "entries": { "n": n + 1 } }));
    }
    // The last move may still be going on.
    feed.world.streams(1).await;
    let after = feed.world.opened_after.lock().unwrap().clone();
    assert!(after.len() > 1 && after[1..].iter().all(|after| *after > Some(cursor(0))), "{after:?}");
}

#[tokio::test]
async fn a_stream_without_cursors_stays_where_it_is_and_new_ones_begin_at_the_new_place() {
    let feed = Feed::start("").await;
    let query = "subscription { news { n } }";
    let mut old = opened(&feed, query).await;
    feed.world.publish("x");
    assert_eq!(next(&mut old).await, json!({ "news": { "n": 1 } }));
    let (_home, supergraph) = feed.elsewhere().await;
    feed.gateway.replace_supergraph(supergraph).await.unwrap();
    feed.world.publish("x");
    assert_eq!(next(&mut old).await, json!({ "news": { "n": 2 } }));
    let mut new = opened(&feed, query).await;
    feed.world.streams(2).await;
    feed.world.publish("x");
    for socket in [&mut old, &mut new] {
        assert_eq!(next(socket).await, json!({ "news": { "n": 3 } }));
    }
}

#[tokio::test]
async fn a_stream_that_no_longer_fits_the_schema_ends_with_a_retryable_error_and_others_go_on() {
    let feed = Feed::start("").await;
    let mut broken = opened(&feed, "subscription { entries { text } }").await;
    let mut sound = opened(&feed, "subscription { entries { n } }").await;
    let poorer = feed.supergraph(|sdl| sdl.replace("text: String!", ""));
    feed.gateway.replace_supergraph(poorer).await.unwrap();
    let message = broken.receive().await;
    assert_eq!(message["type"], "error", "{message}");
    let expected = json!({ "code": "SUPERGRAPH_CHANGED", "retryable": true });
    assert_eq!(message["payload"][0]["extensions"], expected);
    feed.world.publish("x");
    assert_eq!(next(&mut sound).await, json!({ "entries": { "n": 1 } }));
    feed.world.streams(1).await;
}
