//! Authorization at the edge: tokens become rights, over every transport.

use clock::{Clock, SystemClock};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

use crate::{
    client::{Socket, code, post},
    fixture::{Installation, Streaming},
};

const SECRET: &str = "a token secret for tests, long enough";
const AUTHENTICATION: &str = "authentication: {secret: 'a token secret for tests, long enough'}";

/// The people and letters, with what they keep for some.
async fn guarded(config: &str) -> Installation {
    let config = format!("{AUTHENTICATION}\n{config}");
    Installation::revised(&config, Streaming::EventStream, |sdl| {
        let directives = "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\
             directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\
             directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n";
        let guards = [
            ("ticks: Tick!", "@authenticated"),
            ("rename(id: ID!, name: String!): Person!", "@policy(policies: [[\"rename\"]])"),
            ("letterCount: Int", "@requiresScopes(scopes: [[\"read:letters\"]])"),
            ("letters: [String!]", "@authenticated"),
            ("letterHeader(name: String!): String", "@policy(policies: [[\"curious\"]])"),
        ];
        let guarded = guards.iter().fold(sdl, |sdl, (field, guard)| {
            assert!(sdl.contains(field), "{field} is in {sdl}");
            sdl.replacen(field, &format!("{field} {guard}"), 1)
        });
        directives.to_owned() + &guarded
    })
    .await
}

fn bearer(claims: &Value) -> String {
    let mut claims = claims.clone();
    claims["sub"] = json!("ada");
    claims["exp"] = json!(SystemClock.now().timestamp() + 60);
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    format!(
        "Bearer {}",
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("claims encode")
    )
}

async fn ask(installation: &Installation, claims: &Value, query: &str) -> Value {
    let bearer = bearer(claims);
    let (status, body) = post(installation, &json!({ "query": query }), &[("authorization", &bearer)]).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn asked(installation: &Installation) -> usize {
    installation.people.requests.load(Ordering::SeqCst) + installation.letters.requests.load(Ordering::SeqCst)
}

#[tokio::test]
async fn scopes_policies_and_roles_of_the_token_decide() {
    let installation = guarded("authorization: {policies_of_roles: {admin: [rename]}}").await;
    let query = "{ letterCount }";
    for claims in [json!({ "scope": "x read:letters" }), json!({ "scope": ["read:letters"] })] {
        assert_eq!(ask(&installation, &claims, query).await, json!({ "data": { "letterCount": 7 } }));
    }
    let before = asked(&installation);
    let body = ask(&installation, &json!({ "scope": "read" }), query).await;
    assert_eq!((code(&body), &body["data"]), ("UNAUTHORIZED_FIELD_OR_TYPE", &json!({ "letterCount": null })));
    let mutation = "mutation { rename(id: 1, name: \"Ada\") { name } }";
    let body = ask(&installation, &json!({ "roles": ["user"] }), mutation).await;
    assert_eq!((code(&body), &body["data"]), ("UNAUTHORIZED_FIELD_OR_TYPE", &Value::Null));
    assert_eq!(asked(&installation), before);
    for claims in [json!({ "roles": ["admin"] }), json!({ "policies": ["rename"] })] {
        let renamed = json!({ "data": { "rename": { "name": "Ada" } } });
        assert_eq!(ask(&installation, &claims, mutation).await, renamed);
    }
}

#[tokio::test]
async fn the_claims_names_are_configured() {
    let config = "authentication: {secret: 'a token secret for tests, long enough', claims: {scopes: scp, policies: may}}";
    let installation = Installation::revised(config, Streaming::EventStream, |sdl| {
        sdl.replacen(
            "letterCount: Int",
            "letterCount: Int @requiresScopes(scopes: [[\"l\"]]) @policy(policies: [[\"p\"]])",
            1,
        )
    })
    .await;
    let body = ask(&installation, &json!({ "scp": "l", "may": ["p"] }), "{ letterCount }").await;
    assert_eq!(body, json!({ "data": { "letterCount": 7 } }));
    let body = ask(&installation, &json!({ "scope": "l", "policies": ["p"] }), "{ letterCount }").await;
    assert_eq!(code(&body), "UNAUTHORIZED_FIELD_OR_TYPE");
}

#[tokio::test]
async fn a_rejected_operation_has_the_status_of_what_is_missing() {
    let installation = guarded("authorization: {mode: reject}").await;
    let accept = ("accept", "application/graphql-response+json");
    let request = json!({ "query": "{ person(id: 1) { name letters } }" });
    let (status, body) = post(&installation, &request, &[accept]).await;
    assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{body}");
    assert_eq!(body["errors"][0]["extensions"]["paths"], json!([["person", "letters"]]));
    let bearer = bearer(&json!({}));
    let request = json!({ "query": "{ letterCount }" });
    let (status, body) = post(&installation, &request, &[accept, ("authorization", &bearer)]).await;
    assert_eq!((status, code(&body)), (403, "UNAUTHORIZED_FIELD_OR_TYPE"), "{body}");
    // The older media type has no statuses for it.
    let (status, body) = post(&installation, &request, &[("authorization", &bearer)]).await;
    assert_eq!((status, code(&body)), (200, "UNAUTHORIZED_FIELD_OR_TYPE"));
    assert_eq!(asked(&installation), 0);
}

#[tokio::test]
async fn a_socket_has_the_rights_of_its_connection_init() {
    let installation = guarded("").await;
    let subscription = "subscription { ticks { n } }";
    let mut anonymous = Socket::acknowledged(&installation).await;
    anonymous.subscribe("1", subscription).await;
    let refused = anonymous.receive().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
    anonymous.subscribe("2", "{ person(id: 1) { name letters } }").await;
    let partial = anonymous.receive().await["payload"].clone();
    assert_eq!(partial["data"], json!({ "person": { "name": "person 1", "letters": null } }));
    assert_eq!(partial["errors"][0]["path"], json!(["person", "letters"]));
    assert_eq!(installation.letters.requests.load(Ordering::SeqCst), 0);

    let mut ada = Socket::open(&installation).await;
    let payload = json!({ "Authorization": bearer(&json!({})) });
    ada.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(ada.receive().await["type"], "connection_ack");
    ada.subscribe("1", subscription).await;
    installation.people.streams(1).await;
    installation.people.ticks.send(4).unwrap();
    assert_eq!(ada.receive().await["payload"], json!({ "data": { "ticks": { "n": 4 } } }));
}

#[tokio::test]
async fn every_event_of_a_stream_tells_what_is_left_out_of_it() {
    let installation = guarded("").await;
    let payload = json!({ "Authorization": bearer(&json!({})) });
    let mut socket = Socket::open(&installation).await;
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket
        .subscribe("1", "subscription { ticks { n person { letters letterHeader(name: \"accept\") } } }")
        .await;
    installation.people.streams(1).await;
    for n in [1, 2] {
        installation.people.ticks.send(n).unwrap();
        let event = socket.receive().await["payload"].clone();
        let person = json!({ "letters": [format!("letter to {n}")], "letterHeader": null });
        assert_eq!(event["data"], json!({ "ticks": { "n": n, "person": person } }));
        assert_eq!(event["errors"][0]["path"], json!(["ticks", "person", "letterHeader"]));
        assert_eq!(code(&event), "UNAUTHORIZED_FIELD_OR_TYPE");
    }
}

#[tokio::test]
async fn server_sent_events_refuse_a_denied_subscription() {
    let installation = guarded("").await;
    let open = async |bearer: Option<String>| {
        let mut request = reqwest::Client::new()
            .post(installation.url("/graphql"))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream")
            .body(json!({ "query": "subscription { ticks { n } }" }).to_string());
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        request.send().await.unwrap()
    };
    let refused = open(None).await.text().await.unwrap();
    assert!(refused.contains("UNAUTHENTICATED") && refused.contains("event: complete"), "{refused}");
    assert_eq!(asked(&installation), 0);
    let stream = open(Some(bearer(&json!({})))).await;
    installation.people.streams(1).await;
    drop(stream);
}
