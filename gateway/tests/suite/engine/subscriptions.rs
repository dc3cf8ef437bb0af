//! Subscriptions: each event completed by other subgraphs, and the upstream let go with the client.

use futures::StreamExt;
use futures::stream::BoxStream;
use gateway::engine::upstream::UpstreamError;
use gateway::engine::{GraphqlResponse, OperationKind};
use serde_json::{Value as Json, json};

use super::federation::{Federation, context, faults, read};
use super::subgraph::{Subgraph, failing};

fn feed() -> Federation {
    let posts = Subgraph::new(
        "posts",
        r#"
        type Query { _posts: Int }
        type Subscription { posted(topic: String): Post }
        type Post { id: ID! text: String! author: Author }
        type Author @key(fields: "id") { id: ID! }
    "#,
    )
    .field("Subscription.posted", |_, arguments| {
        let topic = arguments.get("topic").and_then(Json::as_str).unwrap_or("none").to_owned();
        json!([
            { "id": "1", "text": topic, "author": { "id": "7" } },
            { "id": "2", "text": failing("no text"), "author": { "id": "7" } },
            { "id": "3", "text": "last", "author": null }
        ])
    });
    let authors = Subgraph::new("authors", r#"type Author @key(fields: "id") { id: ID! name: String! }"#)
        .entity(
            "Author",
            |key| json!({ "name": format!("Author {}", key["id"].as_str().expect("a string")) }),
        );
    Federation::new(vec![posts, authors])
}

async fn subscribe(federation: &Federation, query: &str) -> BoxStream<'static, GraphqlResponse> {
    let request =
        serde_json::from_value(json!({ "query": query, "variables": { "t": "rust" } })).expect("present");
    let operation =
        federation.engine.prepare(request, None).await.unwrap_or_else(|refusal| panic!("{}", read(&refusal)));
    assert_eq!(operation.kind(), OperationKind::Subscription);
    federation
        .engine
        .subscribe(operation, context())
        .await
        .unwrap_or_else(|refusal| panic!("{}", read(&refusal)))
}

const QUERY: &str =
    "subscription($t: String) { fresh: posted(topic: $t) { text author { name __typename } } }";

#[tokio::test]
async fn every_event_is_completed_by_other_subgraphs() {
    let federation = feed();
    let events: Vec<_> =
        subscribe(&federation, QUERY).await.take(3).map(|event| read(&event)).collect().await;
    assert_eq!(
        events[0],
        json!({ "data": { "fresh": { "text": "rust", "author": { "name": "Author 7", "__typename": "Author" } } } })
    );
    assert_eq!(events[1]["data"], json!({ "fresh": null }));
    assert_eq!(faults(&events[1]), ["fresh.text TEAPOT posts"]);
    assert_eq!(events[2]["data"], json!({ "fresh": { "text": "last", "author": null } }));
    assert_eq!(federation.calls_to("posts")[0]["variables"], json!({ "t": "rust" }));
    // The third event has no author to ask for.
    assert_eq!(federation.calls_to("authors").len(), 2);
}

#[tokio::test]
async fn dropping_the_stream_drops_the_upstream_at_once() {
    let federation = feed();
    let mut stream = subscribe(&federation, QUERY).await;
    stream.next().await;
    assert_eq!(federation.open_streams(), 1);
    drop(stream);
    assert_eq!(federation.open_streams(), 0);
}

#[tokio::test]
async fn an_upstream_error_is_told_and_ends_the_stream() {
    let federation = feed();
    federation.fail("posts", UpstreamError::Unreachable("10.0.0.1: connection reset".to_owned()));
    let events: Vec<_> = subscribe(&federation, QUERY).await.map(|event| read(&event)).collect().await;
    assert_eq!(events.len(), 4);
    assert_eq!(events[3].get("data"), None);
    assert_eq!(
        events[3]["errors"][0]["extensions"],
        json!({ "code": "UPSTREAM_UNAVAILABLE", "service": "posts", "retryable": true })
    );
    assert!(!events[3].to_string().contains("10.0.0.1"));
    assert_eq!(federation.open_streams(), 0);
}

#[tokio::test]
async fn an_entity_fetch_that_fails_costs_its_fields_of_that_event_only() {
    let federation = feed();
    federation.fail("authors", UpstreamError::Status(503, None));
    let events: Vec<_> =
        subscribe(&federation, QUERY).await.take(3).map(|event| read(&event)).collect().await;
    assert_eq!(events[0]["data"], json!({ "fresh": { "text": "rust", "author": null } }));
    assert_eq!(faults(&events[0]), ["fresh.author.name UPSTREAM_UNAVAILABLE authors"]);
    assert_eq!(events[2].get("errors"), None);
}

#[tokio::test]
async fn what_no_subscription_may_be_is_refused() {
    let federation = feed();
    for query in [
        "subscription { posted { id } again: posted { id } }",
        "subscription { posted { id } ...F } fragment F on Subscription { more: posted { id } }",
        "subscription { __typename }",
        "subscription { posted { id } __typename }",
        "subscription { posted @skip(if: true) { id } }",
        "subscription { __schema { queryType { name } } }",
    ] {
        assert_eq!(federation.refusal(query).await, "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    let operation = federation
        .engine
        .prepare(serde_json::from_value(json!({ "query": QUERY })).unwrap(), None)
        .await
        .ok()
        .unwrap();
    let response = read(&federation.engine.execute(&operation, context()).await);
    assert_eq!(response["errors"][0]["extensions"]["code"], "SUBSCRIPTION_NOT_STREAMED");
}

#[tokio::test]
async fn a_subgraph_that_refuses_the_subscription_is_quoted() {
    let federation = feed();
    let request = || serde_json::from_value(json!({ "query": QUERY })).unwrap();
    let body = r#"{"errors":[{"message":"Sign in first","extensions":{"code":"UNAUTHENTICATED"}}]}"#;
    let unavailable = json!({ "code": "UPSTREAM_UNAVAILABLE", "service": "posts", "retryable": true });
    for (error, extensions) in [
        (
            UpstreamError::Status(401, Some(body.into())),
            json!({ "code": "UNAUTHENTICATED", "service": "posts" }),
        ),
        (UpstreamError::Status(503, Some("busy".into())), unavailable.clone()),
        (UpstreamError::Overloaded, unavailable),
    ] {
        federation.refuse_streams(error);
        let operation = federation.engine.prepare(request(), None).await.ok().unwrap();
        let refusal = read(&federation.engine.subscribe(operation, context()).await.err().unwrap());
        assert_eq!(refusal["errors"][0]["extensions"], extensions);
    }
}
