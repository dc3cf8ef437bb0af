//! A new token for an open socket, shown in a ping.

use std::sync::atomic::Ordering;

use clock::{Clock, SystemClock};
use identity::{ASSERTION_HEADER, Assertion, AssertionVerifier, USER_ID_HEADER};
use serde_json::{Value, json};

use crate::{
    authentication::{CONFIG, claims, hs256, in_seconds, with},
    client::Socket,
    fixture::{IDENTITY_SECRET, Installation},
};

const TICKS: &str = "subscription { ticks { n person { letters } } }";

fn bearer(claims: &Value) -> String {
    format!("Bearer {}", hs256(claims))
}

/// A token of the same user's that ends later and says something else besides.
fn later(name: &str, value: Value) -> String {
    let mut claims = with("exp", json!(in_seconds(120)));
    claims[name] = value;
    bearer(&claims)
}

/// What the pong says of the token that the ping showed.
async fn ping(socket: &mut Socket, payload: Value) -> Value {
    socket.send(json!({ "type": "ping", "payload": payload })).await;
    let pong = socket.receive().await;
    assert_eq!(pong["type"], "pong", "{pong}");
    pong["payload"]["authorization"].clone()
}

/// Who the last entity fetch was made for.
fn last_reader(installation: &Installation) -> Assertion {
    let headers = installation.letters.last_headers();
    let assertion = headers[ASSERTION_HEADER].to_str().expect("an assertion is text");
    AssertionVerifier::new(IDENTITY_SECRET, "letters")
        .verify(assertion, SystemClock.now())
        .expect("the gateway signed it")
}

#[tokio::test]
async fn a_renewed_socket_outlives_its_first_token_and_its_stream_goes_on_as_the_new_identity() {
    let installation = Installation::start(CONFIG).await;
    let first = bearer(&with("exp", json!(in_seconds(2))));
    let mut untouched = Socket::authenticated(&installation, &first).await;
    let mut socket = Socket::authenticated(&installation, &first).await;
    socket.subscribe("1", TICKS).await;
    installation.people.streams(1).await;
    let requests = installation.people.requests.load(Ordering::SeqCst);
    let payload = json!({ "headers": { "Authorization": later("sid", json!("session-2")) } });
    let renewed = ping(&mut socket, payload).await;
    assert_eq!(renewed["status"], "RENEWED", "{renewed}");
    assert!(renewed["expiresAt"].is_string(), "{renewed}");
    // The first token is over for the socket that has nothing else.
    assert_eq!(untouched.closed().await, (4403, "Forbidden: the access token has expired".to_owned()));
    installation.people.ticks.send(1).unwrap();
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"]["n"], 1);
    assert_eq!(last_reader(&installation).session.as_deref(), Some("session-2"));
    assert_eq!(
        installation.people.requests.load(Ordering::SeqCst),
        requests,
        "the upstream is the first one"
    );
    // What begins from now on begins with the new token.
    socket.subscribe("2", "{ user: header(name: \"x-user-id\") }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["user"], "ada");
}

#[tokio::test]
async fn a_renewed_socket_ends_with_the_session_of_its_new_token() {
    let installation = Installation::start(CONFIG).await;
    let mut socket = Socket::authenticated(&installation, &bearer(&claims())).await;
    let renewed = ping(&mut socket, json!({ "authorization": later("sid", json!("session-2")) })).await;
    assert_eq!(renewed["status"], "RENEWED", "{renewed}");
    let until = SystemClock.now() + chrono::TimeDelta::minutes(10);
    installation.gateway.revocations().revoke("session-1", until);
    socket.send(json!({ "type": "ping", "payload": { "still": "here" } })).await;
    assert_eq!(socket.receive().await["payload"], json!({ "still": "here" }));
    installation.gateway.revocations().revoke("session-2", until);
    assert_eq!(socket.closed().await, (4403, "Forbidden: the session has ended".to_owned()));
}

#[tokio::test]
async fn a_token_that_is_no_good_is_refused_in_the_pong_and_the_old_one_stays_in_force() {
    let installation = Installation::start(CONFIG).await;
    let mut socket = Socket::authenticated(&installation, &bearer(&with("exp", json!(in_seconds(2))))).await;
    socket.subscribe("1", TICKS).await;
    installation.people.streams(1).await;
    for token in
        ["Bearer a.b.c".to_owned(), "Basic x".to_owned(), bearer(&with("exp", json!(in_seconds(-60))))]
    {
        let refused = ping(&mut socket, json!({ "Authorization": token })).await;
        assert_eq!((&refused["status"], &refused["code"]), (&json!("REFUSED"), &json!("UNAUTHENTICATED")));
        assert!(refused["message"].is_string() && !refused.to_string().contains(&token), "{refused}");
    }
    installation.people.ticks.send(1).unwrap();
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"]["n"], 1);
    assert_eq!(last_reader(&installation).session.as_deref(), Some("session-1"));
    assert_eq!(socket.closed().await, (4403, "Forbidden: the access token has expired".to_owned()));
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_token_that_may_not_take_the_olds_place_closes_the_socket_with_4403() {
    let installation = Installation::start(CONFIG).await;
    let stranger = (later("sub", json!("bo")), "Forbidden: the token is another user's");
    let fewer = "Forbidden: the token grants less than the one before, connect again";
    for (token, reason) in
        [stranger, (later("roles", json!([])), fewer), (later("scope", json!("read")), fewer)]
    {
        let mut socket = Socket::authenticated(&installation, &bearer(&claims())).await;
        socket.subscribe("1", TICKS).await;
        installation.people.streams(1).await;
        socket.send(json!({ "type": "ping", "payload": { "Authorization": token } })).await;
        assert_eq!(socket.closed().await, (4403, reason.to_owned()));
        installation.people.streams(0).await;
    }
    let mut anonymous = Socket::acknowledged(&installation).await;
    anonymous.send(json!({ "type": "ping", "payload": { "Authorization": bearer(&claims()) } })).await;
    assert_eq!(anonymous.closed().await.0, 4403);
    let mut forger = Socket::authenticated(&installation, &bearer(&claims())).await;
    let payload = json!({ "Authorization": bearer(&claims()), (USER_ID_HEADER): "bo" });
    forger.send(json!({ "type": "ping", "payload": payload })).await;
    assert_eq!(forger.closed().await.0, 4403);
}

#[tokio::test]
async fn a_ping_with_a_token_is_only_a_ping_where_tokens_mean_nothing_yet() {
    let payload = json!({ "Authorization": "Bearer x" });
    let ping = json!({ "type": "ping", "payload": payload });
    let pong = json!({ "type": "pong", "payload": payload });
    let without_keys = Installation::start("").await;
    let mut socket = Socket::acknowledged(&without_keys).await;
    socket.send(ping.clone()).await;
    assert_eq!(socket.receive().await, pong);
    let installation = Installation::start(CONFIG).await;
    let mut early = Socket::open(&installation).await;
    early.send(ping).await;
    assert_eq!(early.receive().await, pong);
}
