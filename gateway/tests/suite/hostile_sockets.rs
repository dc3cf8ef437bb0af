//! Clients that mean no good, or are badly made.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::{client::Socket, fixture::Installation};

async fn still_serves(socket: &mut Socket) {
    socket.subscribe("still", "{ echo(text: \"here\") }").await;
    let answer = socket.receive().await;
    assert_eq!(answer["payload"]["data"]["echo"], "here", "{answer}");
}

#[tokio::test]
async fn ten_thousand_pings_are_ten_thousand_pongs() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    for round in 0..10 {
        for _ in 0..1_000 {
            socket.send(json!({ "type": "ping", "payload": { "round": round } })).await;
        }
        for _ in 0..1_000 {
            assert_eq!(socket.receive().await, json!({ "type": "pong", "payload": { "round": round } }));
        }
    }
    still_serves(&mut socket).await;
}

#[tokio::test]
async fn a_message_in_many_fragments_is_one_message() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    let text = json!({ "type": "ping", "payload": { "word": "ünïcödé" } }).to_string();
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let data = if index == 0 { Data::Text } else { Data::Continue };
        let last = index + 1 == bytes.len();
        let frame = Frame::message(vec![*byte], OpCode::Data(data), last);
        socket.send_frame(Message::Frame(frame)).await;
    }
    assert_eq!(socket.receive().await["payload"]["word"], "ünïcödé");
    still_serves(&mut socket).await;
}

#[tokio::test]
async fn an_id_of_a_megabyte_is_malformed_and_one_of_a_few_strange_letters_is_not() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    for id in ["🤗", "\u{0}", "\"\\", "a\u{202e}b", "é".repeat(500).as_str()] {
        socket.subscribe(id, "{ echo(text: \"a\") }").await;
        assert_eq!(socket.receive().await["id"], id);
        assert_eq!(socket.receive().await, json!({ "id": id, "type": "complete" }));
    }
    socket.subscribe(&"a".repeat(1_000_000), "{ echo }").await;
    assert_eq!(socket.closed().await, (4400, "Invalid message: the id is too long".to_owned()));
}

#[tokio::test]
async fn a_thousand_subscriptions_at_once_are_a_hundred_and_nine_hundred_refusals() {
    let installation = Installation::start("subscriptions: {share: false}").await;
    let mut socket = Socket::acknowledged(&installation).await;
    for id in 0..1_000 {
        socket.subscribe(&id.to_string(), "subscription { ticks { n } }").await;
    }
    for _ in 0..900 {
        let refused = socket.receive().await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "OVERLOADED", "{refused}");
    }
    installation.people.streams(100).await;
    socket.vanish();
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_huge_handshake_is_taken_or_refused_and_never_hurts() {
    let installation = Installation::start("websocket: {max_message_bytes: 1000000}").await;
    let mut large = Socket::open(&installation).await;
    let payload: serde_json::Map<_, _> = (0..40_000).map(|n| (format!("x-{n}"), json!("a"))).collect();
    large.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(large.receive().await["type"], "connection_ack");
    still_serves(&mut large).await;
    let mut huge = Socket::open(&installation).await;
    huge.send(json!({ "type": "connection_init", "payload": { "a": "a".repeat(1_000_000) } })).await;
    assert_eq!(huge.closed().await.0, 1009);
    let mut deep = Socket::open(&installation).await;
    let nested = format!("{}{}", "[".repeat(40_000), "]".repeat(40_000));
    deep.send_text(&format!(r#"{{"type":"connection_init","payload":{{"a":{nested}}}}}"#)).await;
    assert_eq!(deep.closed().await.0, 4400);
}
