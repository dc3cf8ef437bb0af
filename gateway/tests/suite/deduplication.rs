//! Equal queries that are under way at the same time are sent to a subgraph once.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    authentication::{claims, hs256},
    client::{Socket, code, post_to},
    fixture::Installation,
};

const CONFIG: &str = "{authentication: {secret: 'a token secret for tests, long enough', issuer: hugs, audience: everybody}, \
      headers: {all: [{propagate: {name: accept-language}}]}}";
const MANY: usize = 20;

/// A query of the held field. The letters subgraph is asked in the same breath, each time under another name, so that
/// the number of its requests tells how many queries wait for the held one.
fn held(number: usize) -> Value {
    json!({ "query": format!("{{ held {{ id }} count{number}: letterCount }}") })
}

fn ask(
    installation: &Installation,
    body: Value,
    headers: &[(&'static str, String)],
) -> JoinHandle<(u16, Value)> {
    let (url, headers) = (installation.url("/graphql"), headers.to_vec());
    tokio::spawn(async move {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        post_to(&url, &body, &headers).await
    })
}

fn bearer(subject: &str, number: usize) -> (&'static str, String) {
    let mut claims = claims();
    claims["sub"] = json!(subject);
    claims["jti"] = json!(number.to_string());
    ("authorization", format!("Bearer {}", hs256(&claims)))
}

/// Many that wait for the same field.
async fn many(installation: &Installation) -> Vec<JoinHandle<(u16, Value)>> {
    let asking = (0..MANY).map(|number| ask(installation, held(number), &[])).collect();
    installation.letters.asked(MANY).await;
    installation.people.streams(1).await;
    asking
}

#[tokio::test]
async fn many_equal_queries_at_once_are_one_request_and_all_are_answered() {
    let installation = Installation::start("").await;
    let asking = many(&installation).await;
    installation.people.release.notify_one();
    for (number, answer) in asking.into_iter().enumerate() {
        let (_, body) = answer.await.unwrap();
        let expected = json!({ "data": { "held": { "id": "held" }, format!("count{number}"): 7 } });
        assert_eq!(body, expected);
    }
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_query_after_the_answer_is_sent_again() {
    let installation = Installation::start("").await;
    for count in 1..=3 {
        installation.people.release.notify_one();
        ask(&installation, held(0), &[]).await.unwrap();
        assert_eq!(installation.people.requests.load(Ordering::SeqCst), count);
    }
}

#[tokio::test]
async fn only_what_a_subgraph_cannot_tell_apart_is_sent_once() {
    let installation = Installation::start(CONFIG).await;
    let question = "query($id: ID!) { held { id } person(id: $id) { id } }";
    let with = |id: &str| json!({ "query": question, "variables": { "id": id } });
    let language = |language: &str| ("accept-language", language.to_owned());
    let different = [
        (with("1"), vec![]),
        (with("2"), vec![]),
        (json!({ "query": "{ held { id name } }" }), vec![]),
        (with("1"), vec![language("de")]),
        (with("1"), vec![language("fr")]),
        (with("1"), vec![bearer("ada", 0)]),
        (with("1"), vec![bearer("bo", 1)]),
        (with("1"), vec![bearer("ada", 2), language("de")]),
    ];
    for (index, (body, headers)) in different.iter().enumerate() {
        ask(&installation, body.clone(), headers);
        installation.people.streams(index + 1).await;
    }
    // Headers that aren't passed on make no difference, nor does another token of the same session.
    let alike = [
        vec![("x-colour", "blue".to_owned())],
        vec![("x-request-id", "another".to_owned())],
        vec![("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned())],
    ];
    ask(&installation, held(0), &[]);
    ask(&installation, held(1), &[bearer("ada", 3)]);
    installation.letters.asked(2).await;
    installation.people.streams(different.len() + 2).await;
    for (index, headers) in alike.iter().enumerate() {
        ask(&installation, held(2 + index), headers);
    }
    ask(&installation, held(5), &[bearer("ada", 4)]);
    installation.letters.asked(6).await;
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), different.len() + 2);
}

#[tokio::test]
async fn mutations_are_sent_each_for_itself() {
    let installation = Installation::start("").await;
    let mutation = json!({ "query": "mutation { hold }" });
    for count in 1..=3 {
        ask(&installation, mutation.clone(), &[]);
        installation.people.streams(count).await;
    }
}

#[tokio::test]
async fn a_query_after_a_mutation_does_not_get_what_was_asked_before_it() {
    let installation = Installation::start("").await;
    ask(&installation, held(0), &[]);
    installation.people.streams(1).await;
    ask(&installation, json!({ "query": "mutation { rename(id: 1, name: \"x\") { name } }" }), &[])
        .await
        .unwrap();
    ask(&installation, held(1), &[]);
    installation.people.streams(2).await;
}

#[tokio::test]
async fn a_query_after_an_event_does_not_get_what_was_asked_before_it() {
    let installation = Installation::start("").await;
    let mut socket = Socket::acknowledged(&installation).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    ask(&installation, held(0), &[]);
    installation.people.streams(2).await;
    installation.people.ticks.send(1).unwrap();
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"]["n"], 1);
    ask(&installation, held(1), &[]);
    installation.people.streams(3).await;
}

#[tokio::test]
async fn when_the_first_client_leaves_the_others_are_answered_by_the_same_request() {
    let installation = Installation::start("").await;
    let first = ask(&installation, json!({ "query": "{ held { id } }" }), &[]);
    installation.people.streams(1).await;
    let second = ask(&installation, held(1), &[]);
    installation.letters.asked(1).await;
    let sole = ask(&installation, json!({ "query": "{ hang }" }), &[]);
    installation.people.streams(2).await;
    // Both leave the same way; that the second is gone tells that the gateway has seen it.
    first.abort();
    assert!(first.await.is_err());
    sole.abort();
    installation.people.streams(1).await;
    installation.people.release.notify_one();
    assert_eq!(second.await.unwrap().1["data"]["held"]["id"], "held");
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn when_all_clients_leave_the_request_is_dropped() {
    let installation = Installation::start("").await;
    for asking in many(&installation).await {
        asking.abort();
    }
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_failure_reaches_each_client_as_an_error_of_its_own() {
    let installation = Installation::start("subgraphs: {people: {max_response_bytes: 5}}").await;
    let asking = many(&installation).await;
    installation.people.release.notify_one();
    for answer in asking {
        let (_, body) = answer.await.unwrap();
        assert_eq!(code(&body), "SUBREQUEST_MALFORMED_RESPONSE", "{body}");
        assert_eq!(body["errors"][0]["path"], json!(["held"]), "{body}");
    }
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn each_is_sent_for_itself_when_the_configuration_says_so() {
    for config in ["traffic: {deduplicate: false}", "subgraphs: {people: {deduplicate: false}}"] {
        let installation = Installation::start(config).await;
        for count in 1..=3 {
            ask(&installation, held(count), &[]);
            installation.people.streams(count).await;
        }
    }
}
