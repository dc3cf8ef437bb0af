//! `graphql-transport-ws`, frame by frame.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    authentication::{CONFIG, claims, hs256},
    client::Socket,
    fixture::{BREAK, DEADLINE, Installation, Streaming},
};

fn next(id: &str, data: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

#[tokio::test]
async fn queries_mutations_and_subscriptions_run_over_one_socket() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("q", "{ person(id: 1) { name letters } }").await;
    assert_eq!(
        socket.receive().await,
        next("q", json!({ "person": { "name": "person 1", "letters": ["letter to 1"] } }))
    );
    assert_eq!(socket.receive().await, complete("q"));
    socket.subscribe("m", "mutation { rename(id: 1, name: \"Ada\") { name } }").await;
    assert_eq!(socket.receive().await, next("m", json!({ "rename": { "name": "Ada" } })));
    assert_eq!(socket.receive().await, complete("m"));
    socket.subscribe("s", "subscription { count(to: 2) }").await;
    assert_eq!(socket.receive().await, next("s", json!({ "count": 1 })));
    assert_eq!(socket.receive().await, next("s", json!({ "count": 2 })));
    assert_eq!(socket.receive().await, complete("s"));
    // The id is free again.
    socket.subscribe("s", "subscription { count(to: 1) }").await;
    assert_eq!(socket.receive().await, next("s", json!({ "count": 1 })));
}

#[tokio::test]
async fn each_event_is_completed_from_the_other_subgraph_whatever_the_form_of_the_upstream() {
    for streaming in [Streaming::EventStream, Streaming::Multipart] {
        let installation = Installation::streaming("", streaming).await;
        let mut socket = Socket::acknowledged(&installation).await;
        socket.subscribe("1", "subscription { ticks { n person { name letters } } }").await;
        installation.people.streams(1).await;
        for n in [4, 5] {
            installation.people.ticks.send(n).unwrap();
            let person = json!({ "name": format!("person {n}"), "letters": [format!("letter to {n}")] });
            assert_eq!(socket.receive().await, next("1", json!({ "ticks": { "n": n, "person": person } })));
        }
    }
}

#[tokio::test]
async fn streams_of_subgraphs_in_the_same_process_work_alike() {
    let installation = Installation::in_process().await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n person { letters } } }").await;
    installation.people.streams(1).await;
    installation.people.ticks.send(1).unwrap();
    let data = json!({ "ticks": { "n": 1, "person": { "letters": ["letter to 1"] } } });
    assert_eq!(socket.receive().await, next("1", data));
    socket.send(complete("1")).await;
    installation.people.streams(0).await;
}

#[tokio::test]
async fn an_unknown_sub_protocol_is_closed_with_4406() {
    let installation = Installation::start("").await;
    let mut socket = Socket::open_with(&installation, &[]).await.unwrap();
    assert_eq!(socket.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
}

/// What PROTOCOL.md of npm `graphql-ws` calls an invalid message.
const MALFORMED: [&str; 26] = [
    "",
    "nonsense",
    "null",
    "1",
    "\"ping\"",
    "[]",
    r#"["ping"]"#,
    "{}",
    r#"{"type":null}"#,
    r#"{"type":1}"#,
    r#"{"type":"nonsense"}"#,
    r#"{"type":"PING"}"#,
    r#"{"type":"start","id":"1","payload":{"query":"{ echo }"}}"#,
    r#"{"type":"ping","payload":"text"}"#,
    r#"{"type":"ping","payload":[]}"#,
    r#"{"type":"pong","payload":1}"#,
    r#"{"type":"complete"}"#,
    r#"{"type":"complete","id":""}"#,
    r#"{"type":"complete","id":1}"#,
    r#"{"type":"subscribe","payload":{"query":"{ echo }"}}"#,
    r#"{"type":"subscribe","id":"","payload":{"query":"{ echo }"}}"#,
    r#"{"type":"subscribe","id":"1"}"#,
    r#"{"type":"subscribe","id":"1","payload":"{ echo }"}"#,
    r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
    r#"{"type":"subscribe","id":"1","payload":{"query":"{ echo }","variables":[]}}"#,
    r#"{"type":"subscribe","id":"1","payload":{"query":"{ echo }","operationName":1}}"#,
];

#[tokio::test]
async fn a_malformed_message_is_closed_with_4400() {
    let installation = Installation::start("").await;
    for text in MALFORMED {
        let mut socket = Socket::acknowledged(&installation).await;
        socket.send_text(text).await;
        assert_eq!(socket.closed().await.0, 4400, "{text}");
    }
    for early in [r#"{"type":"connection_init","payload":1}"#, r#"{"type":"connection_init","payload":[]}"#] {
        let mut socket = Socket::open(&installation).await;
        socket.send_text(early).await;
        assert_eq!(socket.closed().await.0, 4400, "{early}");
    }
    let mut socket = Socket::acknowledged(&installation).await;
    socket.send_frame(Message::binary(br#"{"type":"ping"}"#.to_vec())).await;
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn a_payload_of_null_is_none() {
    let installation = Installation::start("").await;
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": null })).await;
    assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
    socket.send(json!({ "type": "ping", "payload": null })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    let payload = json!({ "query": "{ echo(text: \"a\") }", "variables": null, "operationName": null, "extensions": null });
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    assert_eq!(socket.receive().await, next("1", json!({ "echo": "a" })));
}

#[tokio::test]
async fn a_subscription_before_the_handshake_is_closed_with_4401() {
    let installation = Installation::start("").await;
    let mut socket = Socket::open(&installation).await;
    socket.subscribe("1", "{ echo }").await;
    assert_eq!(socket.closed().await, (4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_closed_with_4408() {
    let installation = Installation::start("websocket: {init_timeout_ms: 50}").await;
    let mut socket = Socket::open(&installation).await;
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn a_second_handshake_is_closed_with_4429() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await, (4429, "Too many initialisation requests".to_owned()));
    let mut hasty = Socket::open(&installation).await;
    hasty.send(json!({ "type": "connection_init" })).await;
    hasty.send(json!({ "type": "connection_init" })).await;
    assert_eq!(hasty.closed().await.0, 4429);
}

#[tokio::test]
async fn an_id_in_use_is_closed_with_4409_and_its_stream_ends_upstream() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    assert_eq!(socket.closed().await, (4409, "Subscriber for 1 already exists".to_owned()));
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_before_and_after_the_handshake() {
    let installation = Installation::start("").await;
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
    socket.send(json!({ "type": "ping", "payload": { "at": [1] } })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong", "payload": { "at": [1] } }));
    // An unasked pong is fine.
    socket.send(json!({ "type": "pong" })).await;
    socket.subscribe("1", "{ echo(text: \"still here\") }").await;
    assert_eq!(socket.receive().await, next("1", json!({ "echo": "still here" })));
}

#[tokio::test]
async fn an_operation_that_cannot_run_is_an_error_with_no_complete_after_it() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    for query in ["{ nothing }", "{", "query A($x: ID!) { person(id: $x) { name } }"] {
        socket.subscribe("1", query).await;
        let error = socket.receive().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{error}");
        assert!(error["payload"][0]["message"].is_string(), "{error}");
    }
    // Had a complete been sent, it would come before this answer.
    socket.subscribe("1", "{ echo(text: \"a\") }").await;
    assert_eq!(socket.receive().await, next("1", json!({ "echo": "a" })));
}

#[tokio::test]
async fn a_stopped_stream_is_dropped_upstream_not_echoed_and_its_late_results_are_not_seen() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    socket.send(complete("1")).await;
    installation.people.streams(0).await;
    // Nobody may be listening any more.
    let _ = installation.people.ticks.send(1);
    socket.send(complete("1")).await;
    socket.subscribe("1", "{ echo(text: \"next\") }").await;
    assert_eq!(socket.receive().await, next("1", json!({ "echo": "next" })));
    assert_eq!(socket.receive().await, complete("1"));
}

#[tokio::test]
async fn a_slow_query_does_not_hold_up_others_and_is_dropped_upstream_when_stopped() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("slow", "{ hang }").await;
    installation.people.streams(1).await;
    socket.subscribe("fast", "{ echo(text: \"a\") }").await;
    assert_eq!(socket.receive().await, next("fast", json!({ "echo": "a" })));
    socket.send(complete("slow")).await;
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_client_that_vanishes_from_a_quiet_stream_is_noticed_upstream() {
    let installation = Installation::start("").await;
    for polite in [true, false] {
        let mut socket = Socket::acknowledged(&installation).await;
        socket.subscribe("1", "subscription { ticks { n } }").await;
        installation.people.streams(1).await;
        if polite {
            socket.send_frame(Message::Close(None)).await;
        } else {
            socket.vanish();
        }
        installation.people.streams(0).await;
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_upstream_is_an_error_and_not_a_completion() {
    for streaming in [Streaming::EventStream, Streaming::Multipart] {
        let installation = Installation::streaming("", streaming).await;
        let mut socket = Socket::acknowledged(&installation).await;
        socket.subscribe("1", "subscription { ticks { n } }").await;
        installation.people.streams(1).await;
        installation.people.ticks.send(BREAK).unwrap();
        let message = socket.receive().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["payload"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{message}");
        // The socket itself goes on.
        socket.subscribe("1", "{ echo(text: \"a\") }").await;
        assert_eq!(socket.receive().await, next("1", json!({ "echo": "a" })));
    }
}

#[tokio::test]
async fn operations_beyond_the_bound_are_refused_one_by_one() {
    let installation = Installation::start("websocket: {max_operations: 1}").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    socket.subscribe("2", "{ echo }").await;
    let refused = socket.receive().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("2"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "OVERLOADED");
}

#[tokio::test]
async fn a_message_beyond_the_bound_is_closed_with_1009() {
    let installation = Installation::start("websocket: {max_message_bytes: 1000}").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.send_text(&" ".repeat(2_000)).await;
    assert_eq!(socket.closed().await.0, 1009);
}

#[tokio::test]
async fn a_socket_comes_from_our_own_page_a_listed_one_or_no_page() {
    let installation = Installation::start("cors: {origins: ['https://app.example']}").await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let open = async |origin: &str| Socket::open_with(&installation, &[protocol, ("origin", origin)]).await;
    let own = format!("http://{}", installation.edge.address);
    for origin in ["https://app.example", &own] {
        assert!(open(origin).await.is_ok(), "{origin}");
    }
    assert!(Socket::open_with(&installation, &[protocol]).await.is_ok());
    for origin in ["https://evil.example", "null", "https://app.example.evil.example"] {
        assert_eq!(open(origin).await.err().unwrap().status(), 403, "{origin}");
    }
    let unchecked = Installation::start("websocket: {check_origin: false}").await;
    assert!(Socket::open_with(&unchecked, &[protocol, ("origin", "https://evil.example")]).await.is_ok());
}

#[tokio::test]
async fn a_viewer_has_so_many_streams_and_no_more() {
    let config = format!("http: {{max_streams_per_viewer: 1}}\n{CONFIG}");
    let installation = Installation::start(&config).await;
    let bearer = format!("Bearer {}", hs256(&claims()));
    let first = Socket::authenticated(&installation, &bearer).await;
    let mut second = Socket::open(&installation).await;
    let init = json!({ "type": "connection_init", "payload": { "authorization": bearer } });
    second.send(init.clone()).await;
    assert_eq!(second.closed().await, (1013, "Too many open streams".to_owned()));
    let events = reqwest::Client::new()
        .post(installation.url("/graphql"))
        .header("accept", "text/event-stream")
        .header("content-type", "application/json")
        .header("authorization", &bearer)
        .body(json!({ "query": "subscription { ticks { n } }" }).to_string());
    assert_eq!(events.send().await.unwrap().status(), 503);
    // Others, and those who name nobody, are not meant.
    Socket::acknowledged(&installation).await;
    first.vanish();
    let again = async {
        loop {
            let mut socket = Socket::open(&installation).await;
            socket.send(init.clone()).await;
            if socket.acknowledgement().await {
                break;
            }
        }
    };
    tokio::time::timeout(DEADLINE, again).await.expect("the place is free again");
}

#[tokio::test]
async fn a_stop_closes_sockets_with_1012_and_ends_their_streams() {
    let installation = Installation::start("websocket: {drain_jitter_ms: 10}").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    let gateway = installation.gateway.clone();
    let draining = tokio::spawn(async move { gateway.drain(crate::fixture::DEADLINE).await });
    assert_eq!(socket.closed().await, (1012, "Service restart".to_owned()));
    socket.vanish();
    draining.await.unwrap();
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_closed_with_1013_behind_what_was_sent_and_its_streams_end_upstream() {
    let config = "websocket: {slow_reader_timeout_ms: 500, max_buffered_bytes: 10000, max_operations: 100}";
    let installation = Installation::start(config).await;
    let mut socket = Socket::acknowledged_narrow(&installation).await;
    socket.subscribe("stream", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    for id in 0..30 {
        // More than the kernel holds for us.
        socket.subscribe(&id.to_string(), "{ long(length: 500000) }").await;
    }
    installation.people.streams(0).await;
    let (mut whole, mut code) = (0, None);
    while code.is_none() {
        match socket.message_or_close().await {
            Ok(message) => {
                let length = message["payload"]["data"]["long"].as_str().map(str::len);
                assert!(message["type"] == "complete" || length == Some(500_000));
                whole += 1;
            }
            Err(close) => code = Some(close),
        }
    }
    assert_eq!(code, Some((1013, "Too slow a reader".to_owned())));
    assert!(whole < 60, "nothing was given up");
}
