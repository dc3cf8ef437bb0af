//! Subgraphs that fail, and what it costs.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::{
    client::{code, post, query},
    fixture::Installation,
};

/// No retries and no breaker, where a test counts requests.
const PLAIN: &str = "traffic: {retries: 0, breaker: {failures: 0}}";

#[tokio::test]
async fn a_subgraph_that_is_down_costs_its_own_fields_and_comes_back_by_itself() {
    let config = "traffic: {retries: 0, breaker: {failures: 2, open_ms: 50}}";
    let mut installation = Installation::start(config).await;
    let question = "{ letterCount person(id: 1) { name letters } }";
    let address = installation.stop_letters().await;
    for _ in 0..4 {
        let body = query(&installation, question).await;
        assert_eq!(
            body["data"],
            json!({ "letterCount": null, "person": { "name": "person 1", "letters": null } }),
            "{body}"
        );
        let mut paths: Vec<String> = Vec::new();
        for error in body["errors"].as_array().unwrap() {
            assert_eq!(error["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{error}");
            assert_eq!(error["extensions"]["service"], "letters", "{error}");
            paths.push(error["path"].to_string());
        }
        paths.sort();
        assert_eq!(paths, [r#"["letterCount"]"#, r#"["person","letters"]"#]);
    }
    let health = reqwest::get(installation.url("/health/services")).await.unwrap().text().await.unwrap();
    assert!(health.contains("DEGRADED") && health.contains("last_error"), "{health}");
    installation.restart_letters(address).await;
    let recovered = async {
        loop {
            let body = query(&installation, question).await;
            if body.get("errors").is_none() {
                return body;
            }
            tokio::task::yield_now().await;
        }
    };
    let body = tokio::time::timeout(crate::fixture::DEADLINE, recovered).await.expect("it comes back");
    assert_eq!(body["data"]["letterCount"], 7);
}

#[tokio::test]
async fn an_open_circuit_spares_the_subgraph() {
    let config = "traffic: {retries: 0, breaker: {failures: 2, open_ms: 600000}}";
    let installation = Installation::start(config).await;
    installation.letters.status.store(500, Ordering::SeqCst);
    for _ in 0..5 {
        let body = query(&installation, "{ letterCount }").await;
        assert_eq!(code(&body), "UPSTREAM_UNAVAILABLE", "{body}");
    }
    assert_eq!(installation.letters.requests.load(Ordering::SeqCst), 2);
    assert_eq!(query(&installation, "{ echo(text: \"a\") }").await["data"]["echo"], "a");
}

#[tokio::test]
async fn refusals_by_a_subgraph_do_not_open_its_circuit() {
    let config = "traffic: {retries: 0, breaker: {failures: 2, open_ms: 600000}}";
    let installation = Installation::start(config).await;
    installation.letters.status.store(401, Ordering::SeqCst);
    for _ in 0..5 {
        query(&installation, "{ letterCount }").await;
    }
    assert_eq!(installation.letters.requests.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_failed_query_is_sent_again_and_a_mutation_never() {
    let installation = Installation::start("traffic: {retries: 2, breaker: {failures: 0}}").await;
    installation.people.status.store(503, Ordering::SeqCst);
    query(&installation, "{ echo }").await;
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 3);
    let mutation = json!({ "query": "mutation { rename(id: 1, name: \"x\") { name } }" });
    let (_, body) = post(&installation, &mutation, &[]).await;
    assert_eq!(code(&body), "UPSTREAM_UNAVAILABLE", "{body}");
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_subgraph_that_takes_too_long_is_given_up_and_let_go() {
    let installation = Installation::start("subgraphs: {people: {timeout_ms: 50, retries: 0}}").await;
    let body = query(&installation, "{ hang }").await;
    assert_eq!((&body["data"], code(&body)), (&Value::Null, "UPSTREAM_UNAVAILABLE"), "{body}");
    installation.people.streams(0).await;
}

#[tokio::test]
async fn a_client_that_leaves_stops_its_query_upstream() {
    let installation = Installation::start("").await;
    let url = installation.url("/graphql");
    let asking = tokio::spawn(async move {
        let body = json!({ "query": "{ hang }" }).to_string();
        reqwest::Client::new().post(url).header("content-type", "application/json").body(body).send().await
    });
    installation.people.streams(1).await;
    asking.abort();
    installation.people.streams(0).await;
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_refused() {
    let installation =
        Installation::start(&format!("{PLAIN}\nsubgraphs: {{people: {{max_response_bytes: 100}}}}")).await;
    let long = "a".repeat(200);
    let body = query(&installation, &format!("{{ echo(text: \"{long}\") }}")).await;
    assert_eq!(body["data"], json!({ "echo": null }), "{body}");
    assert!(!code(&body).is_empty());
}

#[tokio::test]
async fn a_subgraph_is_reached_where_the_configuration_says() {
    let elsewhere = Installation::start("").await;
    let people = elsewhere.people_url();
    let installation = Installation::start(&format!("subgraphs: {{people: {{url: '{people}'}}}}")).await;
    assert_eq!(query(&installation, "{ echo(text: \"a\") }").await["data"]["echo"], "a");
    assert_eq!(installation.people.requests.load(Ordering::SeqCst), 0);
    assert_eq!(elsewhere.people.requests.load(Ordering::SeqCst), 1);
}
