//! Documents that are named instead of sent: automatic persisted queries and trusted documents, on every transport.

use std::fmt::Write;

use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Socket, code, post},
    fixture::{Installation, refusal_of},
};

const ECHO: &str = "query Echo($t: String) { echo(text: $t) }";
const RENAME: &str = "mutation Rename { rename(id: 1, name: \"x\") { name } }";
const COUNT: &str = "subscription Count { count(to: 1) }";

fn sha256(text: &str) -> String {
    let mut hash = String::new();
    for byte in Sha256::digest(text) {
        write!(hash, "{byte:02x}").expect("a string takes whatever is written");
    }
    hash
}

fn persisted(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256(text) } })
}

async fn get(installation: &Installation, pairs: &[(&str, &str)]) -> (u16, Value) {
    let mut url = reqwest::Url::parse(&installation.url("/graphql")).expect("a URL");
    url.query_pairs_mut().extend_pairs(pairs);
    let response = reqwest::Client::new().get(url).send().await.expect("the gateway answers");
    (
        response.status().as_u16(),
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON"),
    )
}

#[tokio::test]
async fn a_hash_is_asked_for_once_and_then_stands_for_its_document_by_post_and_get() {
    let installation = Installation::start("").await;
    let by_hash = json!({ "extensions": persisted(ECHO), "variables": { "t": "a" } });
    for accept in ["application/json", "application/graphql-response+json"] {
        let (status, body) = post(&installation, &by_hash, &[("accept", accept)]).await;
        let error = json!({ "message": "PersistedQueryNotFound", "extensions": { "code": "PERSISTED_QUERY_NOT_FOUND" } });
        assert_eq!((status, body), (200, json!({ "errors": [error] })));
    }
    let with_text = json!({ "query": ECHO, "extensions": persisted(ECHO), "variables": { "t": "a" } });
    let echoed = json!({ "data": { "echo": "a" } });
    assert_eq!(post(&installation, &with_text, &[]).await, (200, echoed.clone()));
    assert_eq!(post(&installation, &by_hash, &[]).await, (200, echoed.clone()));
    let extensions = persisted(ECHO).to_string();
    let pairs =
        [("extensions", extensions.as_str()), ("variables", r#"{"t":"a"}"#), ("operationName", "Echo")];
    assert_eq!(get(&installation, &pairs).await, (200, echoed));
}

#[tokio::test]
async fn a_text_that_is_not_the_hashs_is_refused_and_not_learned() {
    let installation = Installation::start("").await;
    let forged = json!({ "query": RENAME, "extensions": persisted(ECHO) });
    let (status, body) = post(&installation, &forged, &[]).await;
    assert_eq!((status, code(&body)), (400, "BAD_REQUEST"));
    assert_eq!(body["errors"][0]["message"], "provided sha does not match query");
    let (_, body) = post(&installation, &json!({ "extensions": persisted(ECHO) }), &[]).await;
    assert_eq!(code(&body), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_hash_does_not_let_a_mutation_through_a_get() {
    let installation = Installation::start("").await;
    let learned = json!({ "query": RENAME, "extensions": persisted(RENAME) });
    assert_eq!(post(&installation, &learned, &[]).await.0, 200);
    let extensions = persisted(RENAME).to_string();
    let (status, body) = get(&installation, &[("extensions", &extensions)]).await;
    assert_eq!((status, code(&body)), (405, "METHOD_NOT_ALLOWED"));
}

#[tokio::test]
async fn a_socket_and_an_event_stream_learn_and_know_hashes_too() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    let by_hash = json!({ "extensions": persisted(COUNT) });
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": by_hash })).await;
    let refused = socket.receive().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let events = async |body: Value| {
        let request = reqwest::Client::new().post(installation.url("/graphql")).json(&body);
        request.header(ACCEPT, "text/event-stream").send().await.unwrap().text().await.unwrap()
    };
    assert!(events(by_hash.clone()).await.contains("PERSISTED_QUERY_NOT_FOUND"));
    let with_text = json!({ "query": COUNT, "extensions": persisted(COUNT) });
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": with_text })).await;
    assert_eq!(socket.receive().await["payload"], json!({ "data": { "count": 1 } }));
    assert_eq!(socket.receive().await["type"], "complete");
    assert!(events(by_hash).await.contains(r#"{"data":{"count":1}}"#));
}

#[tokio::test]
async fn persisted_queries_can_be_turned_off_and_clients_are_told_so() {
    let installation = Installation::start("persisted_queries: {automatic: false}").await;
    let (status, body) = post(&installation, &json!({ "extensions": persisted(ECHO) }), &[]).await;
    assert_eq!((status, code(&body)), (200, "PERSISTED_QUERY_NOT_SUPPORTED"));
    assert_eq!(body["errors"][0]["message"], "PersistedQueryNotSupported");
}

/// A gateway with a list of one query and one subscription.
async fn with_list(enforce: bool) -> (Installation, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = folder.path().join("manifest.json");
    let operation =
        |id: &str, kind: &str, body: &str| json!({ "id": id, "name": id, "type": kind, "body": body });
    let operations = [operation("echo", "query", ECHO), operation("count", "subscription", COUNT)];
    let list = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations });
    std::fs::write(&manifest, list.to_string()).expect("the folder is ours");
    let config = format!("trusted_documents: {{manifest: '{}', enforce: {enforce}}}", manifest.display());
    (Installation::start(&config).await, folder)
}

#[tokio::test]
async fn only_trusted_documents_are_run_where_the_list_is_enforced() {
    let (installation, _folder) = with_list(true).await;
    let echoed = (200, json!({ "data": { "echo": null } }));
    for body in [
        json!({ "documentId": "echo" }),
        json!({ "id": "echo" }),
        json!({ "extensions": persisted(ECHO) }),
        json!({ "query": ECHO }),
    ] {
        assert_eq!(post(&installation, &body, &[]).await, echoed, "{body}");
    }
    assert_eq!(get(&installation, &[("documentId", "echo")]).await, echoed);
    assert_eq!(get(&installation, &[("id", "echo")]).await, echoed);
    for (body, expected) in [
        (json!({ "query": RENAME }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "query": RENAME, "extensions": persisted(RENAME) }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "extensions": persisted(RENAME) }), "PERSISTED_QUERY_NOT_IN_LIST"),
        (json!({ "documentId": "rename" }), "PERSISTED_QUERY_NOT_IN_LIST"),
        (json!({ "query": "{ __schema { queryType { name } } }" }), "QUERY_NOT_IN_SAFELIST"),
    ] {
        let (status, answer) = post(&installation, &body, &[]).await;
        assert_eq!((status, code(&answer)), (400, expected), "{body}");
    }
    let mut socket = Socket::acknowledged(&installation).await;
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": { "documentId": "count" } })).await;
    assert_eq!(socket.receive().await["payload"], json!({ "data": { "count": 1 } }));
    assert_eq!(socket.receive().await["type"], "complete");
    socket.subscribe("2", RENAME).await;
    assert_eq!(socket.receive().await["payload"][0]["extensions"]["code"], "QUERY_NOT_IN_SAFELIST");
}

#[tokio::test]
async fn a_list_that_is_not_enforced_lets_others_run() {
    let (installation, _folder) = with_list(false).await;
    let renamed = (200, json!({ "data": { "rename": { "name": "x" } } }));
    assert_eq!(post(&installation, &json!({ "query": RENAME }), &[]).await, renamed);
    assert_eq!(post(&installation, &json!({ "id": "echo" }), &[]).await.0, 200);
}

#[tokio::test]
async fn a_list_that_cannot_be_used_stops_the_start_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.json");
    let config = format!("trusted_documents: {{manifest: '{}'}}", manifest.display());
    assert!(refusal_of(&config).contains("manifest.json: can't be read"));
    std::fs::write(&manifest, r#"{"format":"other","operations":[]}"#).unwrap();
    let refusal = refusal_of(&config);
    assert!(refusal.contains("trusted_documents.manifest") && refusal.contains("is neither"), "{refusal}");
}
