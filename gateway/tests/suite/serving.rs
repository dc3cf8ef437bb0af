//! The life of the supergraph: replaced while it serves, and nobody notices.

use std::sync::{Arc, atomic::Ordering};

use serde_json::json;

use crate::{
    client::{code, post, query},
    fixture::{DEADLINE, Installation},
};

#[tokio::test]
async fn another_supergraph_is_served_from_the_next_request_on() {
    let installation = Installation::start("").await;
    assert_eq!(query(&installation, "{ letterCount }").await["data"]["letterCount"], 7);
    let mut servings = installation.gateway.servings();
    let poorer = installation.supergraph_without("letterCount");
    assert_eq!(installation.gateway.replace_supergraph(&poorer).unwrap(), 2);
    let told = tokio::time::timeout(DEADLINE, servings.changed()).await;
    told.expect("who listens is told").unwrap();
    assert_eq!(servings.borrow().generation, 2);
    let (_, body) = post(&installation, &json!({ "query": "{ letterCount }" }), &[]).await;
    assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED", "{body}");
}

#[tokio::test]
async fn an_open_circuit_stays_open_when_the_supergraph_is_replaced() {
    let config = "traffic: {retries: 0, breaker: {failures: 2, open_ms: 600000}}";
    let installation = Installation::start(config).await;
    installation.letters.status.store(500, Ordering::SeqCst);
    for _ in 0..2 {
        query(&installation, "{ letterCount }").await;
    }
    installation.gateway.replace_supergraph(&installation.supergraph()).unwrap();
    query(&installation, "{ letterCount }").await;
    assert_eq!(installation.letters.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_replaced_supergraph_is_freed_with_its_last_request() {
    let installation = Installation::start("").await;
    let first = Arc::downgrade(&installation.gateway.serving());
    let held = first.upgrade().expect("it serves");
    installation.gateway.replace_supergraph(&installation.supergraph()).unwrap();
    assert_eq!((held.generation, installation.gateway.serving().generation), (1, 2));
    drop(held);
    assert!(first.upgrade().is_none(), "nothing else holds it");
}
