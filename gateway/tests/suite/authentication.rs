//! Who the client is, and what subgraphs are told of it.

use clock::{Clock, SystemClock};
use identity::{ASSERTION_HEADER, AssertionVerifier, USER_ID_HEADER};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};

use crate::{
    client::{Socket, code, post},
    fixture::{DEADLINE, IDENTITY_SECRET, Installation, World},
};

const SECRET: &str = "a token secret for tests, long enough";
/// Accepts EdDSA and ES256 from the people subgraph, and HS256.
pub(crate) const CONFIG: &str = "authentication: {issuer: hugs, audience: everybody, secret: 'a token secret for tests, long enough', jwks: {subgraph: people, path: /jwks, unknown_key_pause_ms: 0}}";
const WHO: &str = "{ user: header(name: \"x-user-id\") assertion: header(name: \"x-gateway-assertion\") }";

/// An Ed25519 key in PKCS#8, made from a number.
fn ed25519(seed: u8) -> EncodingKey {
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

fn p256() -> EncodingKey {
    let body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq0ehRjZcV36Zvilz\nDmj4CkKfkUSvI/bOainTpFBH2QChRANCAARibcleYL8h5gFQdwOhuqa/INJRzWHJ\nICtyREJScDm0RCzbC9O7ceFXD433P4URPTuc1LPsx4QXaiQmryCH8AYG";
    let pem = format!("-----BEGIN {0}-----\n{body}\n-----END {0}-----\n", "PRIVATE KEY");
    EncodingKey::from_ec_pem(pem.as_bytes()).expect("a key in PKCS#8")
}

/// Publishes public keys under these ids.
fn publish(world: &World, keys: &[(&str, &EncodingKey, Algorithm)]) {
    let keys: Vec<Jwk> = keys
        .iter()
        .map(|(id, key, algorithm)| {
            let mut jwk = Jwk::from_encoding_key(key, *algorithm).expect("a key of that kind");
            jwk.common.key_id = Some((*id).to_owned());
            jwk
        })
        .collect();
    *world.jwks.lock().expect("no test panicked") = Some(json!({ "keys": keys }).to_string());
}

pub(crate) fn in_seconds(seconds: i64) -> i64 {
    SystemClock.now().timestamp() + seconds
}

/// What a good token says.
pub(crate) fn claims() -> Value {
    json!({ "sub": "ada", "sid": "session-1", "iss": "hugs", "aud": "everybody", "exp": in_seconds(60), "roles": ["admin"], "scope": "read write" })
}

pub(crate) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("claims are an object").remove(name);
    claims
}

fn token(algorithm: Algorithm, key_id: Option<&str>, key: &EncodingKey, claims: &Value) -> String {
    let header = Header { kid: key_id.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, key).expect("claims encode")
}

pub(crate) fn hs256(claims: &Value) -> String {
    token(Algorithm::HS256, None, &EncodingKey::from_secret(SECRET.as_bytes()), claims)
}

async fn ask(installation: &Installation, token: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    post(installation, &json!({ "query": WHO }), &[("authorization", &bearer)]).await
}

#[tokio::test]
async fn keys_are_asked_of_their_subgraph_where_a_new_supergraph_says_it_is() {
    let (installation, elsewhere) = (Installation::start(CONFIG).await, Installation::start("").await);
    let key = ed25519(1);
    publish(&elsewhere.people, &[("one", &key, Algorithm::EdDSA)]);
    let token = token(Algorithm::EdDSA, Some("one"), &key, &claims());
    installation.gateway.replace_supergraph(elsewhere.supergraph()).await.expect("it is sound");
    let (status, body) = ask(&installation, &token).await;
    assert_eq!((status, &body["data"]["user"]), (200, &json!("ada")), "{body}");
}

#[tokio::test]
async fn a_valid_token_of_each_kind_becomes_a_user_id_and_an_assertion_for_the_subgraph() {
    let installation = Installation::start(CONFIG).await;
    let (ed, ec) = (ed25519(1), p256());
    publish(&installation.people, &[("ed", &ed, Algorithm::EdDSA), ("ec", &ec, Algorithm::ES256)]);
    let tokens = [
        token(Algorithm::EdDSA, Some("ed"), &ed, &claims()),
        token(Algorithm::EdDSA, None, &ed, &claims()),
        token(Algorithm::ES256, Some("ec"), &ec, &claims()),
        hs256(&claims()),
        hs256(&with("aud", json!(["somebody", "everybody"]))),
        hs256(&with("nbf", json!(in_seconds(2)))),
        hs256(&with("exp", json!(in_seconds(-2)))),
    ];
    for token in tokens {
        let (status, body) = ask(&installation, &token).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["data"]["user"], "ada", "{body}");
        let assertion = body["data"]["assertion"].as_str().unwrap();
        let now = SystemClock.now();
        let verified = AssertionVerifier::new(IDENTITY_SECRET, "people").verify(assertion, now).unwrap();
        assert_eq!(verified.subject.as_deref(), Some("ada"));
        assert_eq!(verified.session.as_deref(), Some("session-1"));
        assert_eq!(
            (verified.roles, verified.scopes),
            (vec!["admin".into()], vec!["read".into(), "write".into()])
        );
        assert!(AssertionVerifier::new(IDENTITY_SECRET, "letters").verify(assertion, now).is_err());
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_in_any_way_is_refused_and_never_taken_for_nobody() {
    let installation = Installation::start(CONFIG).await;
    let (ed, other) = (ed25519(1), ed25519(2));
    publish(&installation.people, &[("ed", &ed, Algorithm::EdDSA)]);
    let unsigned = {
        let signed = hs256(&claims());
        let payload = signed.split('.').nth(1).unwrap();
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{payload}.")
    };
    let public_as_secret = {
        let jwk = Jwk::from_encoding_key(&ed, Algorithm::EdDSA).unwrap();
        let public = serde_json::to_value(&jwk).unwrap()["x"].as_str().unwrap().to_owned();
        token(Algorithm::HS256, Some("ed"), &EncodingKey::from_secret(public.as_bytes()), &claims())
    };
    let tokens = [
        ("no token", String::new()),
        ("nonsense", "a.b.c".to_owned()),
        ("alg none", unsigned),
        ("the public key as a secret", public_as_secret),
        ("another signer", token(Algorithm::EdDSA, Some("ed"), &other, &claims())),
        ("an unknown key", token(Algorithm::EdDSA, Some("nobody"), &ed, &claims())),
        ("an algorithm without a key", token(Algorithm::ES256, Some("ed"), &p256(), &claims())),
        (
            "an algorithm off the list",
            token(Algorithm::HS512, None, &EncodingKey::from_secret(SECRET.as_bytes()), &claims()),
        ),
        ("another secret", token(Algorithm::HS256, None, &EncodingKey::from_secret(b"guess"), &claims())),
        ("wrong issuer", hs256(&with("iss", json!("evil")))),
        ("no issuer", hs256(&without("iss"))),
        ("wrong audience", hs256(&with("aud", json!("nobody")))),
        ("no audience", hs256(&without("aud"))),
        ("expired", hs256(&with("exp", json!(in_seconds(-60))))),
        ("no expiry", hs256(&without("exp"))),
        ("an expiry that is text", hs256(&with("exp", json!("tomorrow")))),
        ("not yet", hs256(&with("nbf", json!(in_seconds(60))))),
        ("no subject", hs256(&without("sub"))),
        ("an empty subject", hs256(&with("sub", json!("")))),
    ];
    for (what, token) in tokens {
        let (status, body) = ask(&installation, &token).await;
        assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{what}: {body}");
    }
    let basic = post(&installation, &json!({ "query": WHO }), &[("authorization", "Basic YTpi")]).await;
    assert_eq!(basic.0, 401);
    assert_eq!(installation.people.seen.lock().unwrap().len(), 0, "no subgraph was asked");
}

#[tokio::test]
async fn the_refusal_of_a_token_says_so_in_its_headers() {
    let installation = Installation::start(CONFIG).await;
    let request = reqwest::Client::new().post(installation.url("/graphql")).bearer_auth("x");
    let response = request.header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn nobody_is_asserted_as_nobody() {
    let installation = Installation::start(CONFIG).await;
    let (_, body) = post(&installation, &json!({ "query": WHO }), &[]).await;
    assert_eq!(body["data"]["user"], Value::Null);
    let assertion = body["data"]["assertion"].as_str().unwrap();
    let verified =
        AssertionVerifier::new(IDENTITY_SECRET, "people").verify(assertion, SystemClock.now()).unwrap();
    assert_eq!((verified.issuer.as_str(), verified.subject), ("gateway", None));
}

#[tokio::test]
async fn keys_are_fetched_again_for_an_unknown_id_and_kept_while_their_source_is_down() {
    let installation = Installation::start(CONFIG).await;
    let (old, new) = (ed25519(1), ed25519(2));
    let (old_token, new_token) = (
        token(Algorithm::EdDSA, Some("old"), &old, &claims()),
        token(Algorithm::EdDSA, Some("new"), &new, &claims()),
    );
    assert_eq!(code(&ask(&installation, &old_token).await.1), "AUTHENTICATION_UNAVAILABLE");
    publish(&installation.people, &[("old", &old, Algorithm::EdDSA)]);
    // Until the pause after a failure is over the answer stays; it names no fault of the client's.
    let recovered = async { while ask(&installation, &old_token).await.0 == 503 {} };
    tokio::time::timeout(DEADLINE, recovered).await.expect("the keys are fetched again");
    assert_eq!(ask(&installation, &old_token).await.0, 200);
    assert_eq!(ask(&installation, &new_token).await.0, 401);
    publish(&installation.people, &[("old", &old, Algorithm::EdDSA), ("new", &new, Algorithm::EdDSA)]);
    assert_eq!(ask(&installation, &new_token).await.0, 200);
    *installation.people.jwks.lock().unwrap() = None;
    let unknown = token(Algorithm::EdDSA, Some("unknown"), &old, &claims());
    assert_eq!(ask(&installation, &unknown).await.0, 401);
    assert_eq!(
        ask(&installation, &token(Algorithm::EdDSA, Some("old"), &old, &with("sub", json!("bo")))).await.0,
        200
    );
    let health = reqwest::get(installation.url("/health/services")).await.unwrap().text().await.unwrap();
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!((&health["status"], &health["jwks"]["keys"]), (&json!("DEGRADED"), &json!(2)));
    assert!(health["jwks"]["error"].as_str().unwrap().contains("500"), "{health}");
    // A key that is taken back no longer vouches, not even for tokens seen before.
    publish(&installation.people, &[("new", &new, Algorithm::EdDSA)]);
    assert_eq!(ask(&installation, &unknown).await.0, 401);
    assert_eq!(ask(&installation, &old_token).await.0, 401);
}

#[tokio::test]
async fn without_keys_nobody_is_looked_at() {
    let installation = Installation::start("").await;
    let (status, body) = ask(&installation, "whatever").await;
    assert_eq!((status, &body["data"]["user"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_forged_identity_is_refused_wherever_it_stands() {
    let installation = Installation::start(CONFIG).await;
    let question = json!({ "query": WHO });
    for header in [USER_ID_HEADER, ASSERTION_HEADER, "X-User-ID"] {
        let (status, body) = post(&installation, &question, &[(header, "ada")]).await;
        assert_eq!((status, code(&body)), (400, "FORGED_IDENTITY_HEADER"), "{header}");
        let name: &'static str = if header == ASSERTION_HEADER { ASSERTION_HEADER } else { USER_ID_HEADER };
        let upgrade = [("sec-websocket-protocol", "graphql-transport-ws"), (name, "ada")];
        assert_eq!(Socket::open_with(&installation, &upgrade).await.err().unwrap().status(), 400);
    }
    for extensions in [json!({ "X-User-ID": "ada" }), json!({ "headers": { "x-gateway-assertion": "a" } })] {
        let request = json!({ "query": WHO, "extensions": extensions });
        let (status, body) = post(&installation, &request, &[]).await;
        assert_eq!((status, code(&body)), (400, "FORGED_IDENTITY_HEADER"));
        let mut socket = Socket::acknowledged(&installation).await;
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": request })).await;
        let error = socket.receive().await;
        assert_eq!(error["payload"][0]["extensions"]["code"], "FORGED_IDENTITY_HEADER", "{error}");
    }
    for payload in [json!({ "x-user-id": "ada" }), json!({ "headers": { "X-User-Id": "ada" } })] {
        let mut socket = Socket::open(&installation).await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.closed().await.0, 4403);
    }
    assert_eq!(installation.people.seen.lock().unwrap().len(), 0, "no subgraph was asked");
}

#[tokio::test]
async fn a_socket_is_authenticated_by_its_handshake_or_by_its_upgrade() {
    let installation = Installation::start(CONFIG).await;
    let bearer = format!("Bearer {}", hs256(&claims()));
    let payloads = [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer }),
        json!({ "headers": { "Authorization": bearer } }),
    ];
    for payload in payloads {
        let mut socket = Socket::open(&installation).await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket.subscribe("1", WHO).await;
        assert_eq!(socket.receive().await["payload"]["data"]["user"], "ada");
    }
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let mut socket = Socket::open_with(&installation, &[protocol, ("authorization", &bearer)]).await.unwrap();
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", WHO).await;
    assert_eq!(socket.receive().await["payload"]["data"]["user"], "ada");
    let refused = Socket::open_with(&installation, &[protocol, ("authorization", "Bearer x")]).await;
    assert_eq!(refused.err().unwrap().status(), 401);
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": { "Authorization": "Bearer x" } })).await;
    assert_eq!(socket.closed().await.0, 4403);
}

#[tokio::test]
async fn every_event_and_its_entity_fetches_carry_the_same_identity() {
    let installation = Installation::start(CONFIG).await;
    let bearer = format!("Bearer {}", hs256(&claims()));
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", "subscription { ticks { person { letterHeader(name: \"x-user-id\") } } }").await;
    installation.people.streams(1).await;
    assert_eq!(installation.people.last_headers()[USER_ID_HEADER], "ada");
    installation.people.ticks.send(1).unwrap();
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"]["person"]["letterHeader"], "ada");
    let assertion = installation.letters.last_headers()[ASSERTION_HEADER].to_str().unwrap().to_owned();
    let verifier = AssertionVerifier::new(IDENTITY_SECRET, "letters");
    assert_eq!(verifier.verify(&assertion, SystemClock.now()).unwrap().subject.as_deref(), Some("ada"));
}

#[tokio::test]
async fn streams_end_when_their_token_expires() {
    let installation = Installation::start(CONFIG).await;
    let bearer = format!("Bearer {}", hs256(&with("exp", json!(in_seconds(2)))));
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    assert_eq!(socket.closed().await, (4403, "Forbidden: the access token has expired".to_owned()));
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_revoked_session_is_refused_and_its_streams_end_while_others_go_on() {
    let installation = Installation::start(CONFIG).await;
    let bearer = format!("Bearer {}", hs256(&claims()));
    let other = format!("Bearer {}", hs256(&with("sid", json!("session-2"))));
    let open = async |bearer: &str| {
        let mut socket = Socket::open(&installation).await;
        socket.send(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket.subscribe("1", "subscription { ticks { n } }").await;
        socket
    };
    let (mut socket, mut untouched) = (open(&bearer).await, open(&other).await);
    let events = reqwest::Client::new()
        .post(installation.url("/graphql"))
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .header("authorization", &bearer)
        .body(json!({ "query": "subscription { ticks { n } }" }).to_string())
        .send();
    let events = events.await.unwrap();
    // The two of the same session share theirs.
    installation.people.streams(2).await;
    let until = SystemClock.now() + chrono::TimeDelta::minutes(10);
    installation.gateway.revocations().revoke("session-1", until);
    assert_eq!(socket.closed().await, (4403, "Forbidden: the session has ended".to_owned()));
    let events = events.text().await.unwrap();
    assert!(
        events.contains("UNAUTHENTICATED") && events.ends_with("event: complete\ndata: \n\n"),
        "{events}"
    );
    installation.people.streams(1).await;
    installation.people.ticks.send(7).unwrap();
    assert_eq!(untouched.receive().await["payload"]["data"]["ticks"]["n"], 7);
    let (status, _) = post(&installation, &json!({ "query": WHO }), &[("authorization", &bearer)]).await;
    assert_eq!(status, 401);
}
