//! The older protocol of npm `subscriptions-transport-ws`, frame by frame.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    authentication::{CONFIG, claims, hs256},
    client::Socket,
    fixture::{BREAK, Installation},
};

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-ws");

async fn open(installation: &Installation) -> Socket {
    Socket::open_with(installation, &[PROTOCOL]).await.expect("the gateway accepts sockets")
}

async fn acknowledged(installation: &Installation) -> Socket {
    let mut socket = open(installation).await;
    init(&mut socket, json!({})).await;
    socket
}

async fn init(socket: &mut Socket, payload: Value) {
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
    assert_eq!(socket.receive().await, json!({ "type": "ka" }));
}

async fn start(socket: &mut Socket, id: &str, query: &str) {
    socket.send(json!({ "type": "start", "id": id, "payload": { "query": query } })).await;
}

fn data(id: &str, data: Value) -> Value {
    json!({ "id": id, "type": "data", "payload": { "data": data } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

#[tokio::test]
async fn queries_mutations_and_subscriptions_run_over_one_socket() {
    let installation = Installation::start("").await;
    let mut socket = acknowledged(&installation).await;
    start(&mut socket, "q", "{ person(id: 1) { name letters } }").await;
    let person = json!({ "person": { "name": "person 1", "letters": ["letter to 1"] } });
    assert_eq!(socket.receive().await, data("q", person));
    assert_eq!(socket.receive().await, complete("q"));
    start(&mut socket, "m", "mutation { rename(id: 1, name: \"Ada\") { name } }").await;
    assert_eq!(socket.receive().await, data("m", json!({ "rename": { "name": "Ada" } })));
    assert_eq!(socket.receive().await, complete("m"));
    start(&mut socket, "s", "subscription { ticks { n person { letters } } }").await;
    installation.people.streams(1).await;
    installation.people.ticks.send(4).unwrap();
    let tick = json!({ "ticks": { "n": 4, "person": { "letters": ["letter to 4"] } } });
    assert_eq!(socket.receive().await, data("s", tick));
    socket.send(json!({ "type": "stop", "id": "s" })).await;
    installation.people.streams(0).await;
    // The stop is not answered, and the id is free again.
    start(&mut socket, "s", "subscription { count(to: 1) }").await;
    assert_eq!(socket.receive().await, data("s", json!({ "count": 1 })));
    assert_eq!(socket.receive().await, complete("s"));
}

#[tokio::test]
async fn an_operation_that_cannot_run_is_one_error_with_no_complete_after_it() {
    let installation = Installation::start("").await;
    let mut socket = acknowledged(&installation).await;
    start(&mut socket, "1", "{ nothing }").await;
    let error = socket.receive().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{error}");
    assert!(error["payload"]["message"].is_string(), "{error}");
    assert_eq!(error["payload"]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{error}");
    start(&mut socket, "1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    installation.people.ticks.send(BREAK).unwrap();
    assert_eq!(socket.receive().await["payload"]["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    start(&mut socket, "1", "{ echo(text: \"a\") }").await;
    assert_eq!(socket.receive().await, data("1", json!({ "echo": "a" })));
}

#[tokio::test]
async fn an_id_in_use_is_taken_over_by_the_newer_operation() {
    let installation = Installation::start("").await;
    let mut socket = acknowledged(&installation).await;
    start(&mut socket, "1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    start(&mut socket, "1", "{ echo(text: \"newer\") }").await;
    assert_eq!(socket.receive().await, data("1", json!({ "echo": "newer" })));
    assert_eq!(socket.receive().await, complete("1"));
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_message_that_is_not_understood_is_answered_and_the_socket_goes_on() {
    let installation = Installation::start("").await;
    let mut socket = acknowledged(&installation).await;
    for text in ["nonsense", "{}", r#"{"type":"subscribe","id":"1"}"#, r#"{"type":"start","id":"1"}"#] {
        socket.send_text(text).await;
        let error = socket.receive().await;
        assert_eq!(error["type"], "connection_error", "{text}: {error}");
        assert!(error["payload"]["message"].is_string(), "{text}: {error}");
    }
    start(&mut socket, "1", "{ echo(text: \"a\") }").await;
    assert_eq!(socket.receive().await, data("1", json!({ "echo": "a" })));
}

#[tokio::test]
async fn a_socket_is_authenticated_by_its_handshake_and_a_bad_token_is_a_connection_error() {
    let installation = Installation::start(CONFIG).await;
    let mut socket = open(&installation).await;
    init(&mut socket, json!({ "Authorization": format!("Bearer {}", hs256(&claims())) })).await;
    start(&mut socket, "1", "{ user: header(name: \"x-user-id\") }").await;
    assert_eq!(socket.receive().await, data("1", json!({ "user": "ada" })));
    let until = clock::Clock::now(&clock::SystemClock) + chrono::TimeDelta::minutes(10);
    installation.gateway.revocations().revoke("session-1", until);
    assert_eq!(socket.closed().await.0, 4403);
    for payload in [json!({ "Authorization": "Bearer x" }), json!({ "x-user-id": "ada" })] {
        let mut socket = open(&installation).await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        let refused = socket.receive().await;
        assert_eq!(refused["type"], "connection_error", "{refused}");
        assert!(refused["payload"]["message"].is_string(), "{refused}");
        assert_eq!(socket.closed().await.0, 4403);
    }
}

#[tokio::test]
async fn the_life_of_the_socket_is_that_of_the_newer_protocol() {
    let installation = Installation::start("websocket: {init_timeout_ms: 200, ping_interval_ms: 100}").await;
    assert_eq!(open(&installation).await.closed().await.0, 4408);
    let mut early = open(&installation).await;
    start(&mut early, "1", "{ echo }").await;
    assert_eq!(early.closed().await.0, 4401);
    let mut socket = acknowledged(&installation).await;
    // The older protocol keeps alive with messages of its own.
    assert_eq!(socket.receive().await, json!({ "type": "ka" }));
    start(&mut socket, "1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    socket.send(json!({ "type": "connection_terminate" })).await;
    assert_eq!(socket.closed().await.0, 1000);
    installation.people.streams(0).await;
    let mut socket = acknowledged(&installation).await;
    start(&mut socket, "1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    socket.vanish();
    installation.people.streams(0).await;
    let mut socket = acknowledged(&installation).await;
    socket.send_frame(Message::binary(b"{}".to_vec())).await;
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn the_newer_protocol_is_chosen_when_both_are_offered_and_the_older_can_be_turned_off() {
    let installation = Installation::start("").await;
    let both = ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws");
    let mut socket = Socket::open_with(&installation, &[both]).await.unwrap();
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    let without = Installation::start("websocket: {legacy_protocol: false}").await;
    let mut refused = Socket::open_regardless(&without, "graphql-ws").await;
    assert_eq!(refused.closed().await.0, 4406);
}
