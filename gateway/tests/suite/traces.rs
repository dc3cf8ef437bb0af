//! One trace from the client through the gateway's phases to each subgraph.

use serde_json::json;
use testkit::{CollectedSpan, Collector};
use tokio::process::{Child, Command};

use crate::{
    client::Socket,
    fixture::{Installation, World},
    process::{file, sound_supergraph, started},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CLIENTS_SPAN: &str = "b7ad6b7169203331";

fn traceparent() -> String {
    format!("00-{TRACE}-{CLIENTS_SPAN}-01")
}

/// A gateway of its own process before the installation's subgraphs.
async fn gateway(installation: &Installation, further: &[&str]) -> (Child, String) {
    let urls =
        [format!("people={}", installation.people_url()), format!("letters={}", installation.letters_url())];
    let supergraph = sound_supergraph();
    let mut arguments = vec!["--supergraph", supergraph.to_str().expect("a plain path")];
    for url in &urls {
        arguments.extend(["--subgraph-url", url]);
    }
    arguments.extend(further);
    started(&arguments).await
}

async fn ask(address: &str, query: &str) -> String {
    send(address, &json!({ "query": query })).await
}

async fn send(address: &str, body: &serde_json::Value) -> String {
    let request = reqwest::Client::new().post(format!("http://{address}/graphql"));
    let request = request.header("content-type", "application/json").header("traceparent", traceparent());
    let response = request.body(body.to_string()).send().await.expect("it answers");
    response.text().await.expect("text")
}

/// Asks it to stop: what is not sent yet is sent on the way out.
async fn stop(child: &Child) {
    let pid = child.id().expect("it runs").to_string();
    Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
}

/// The ids of trace and parent that a subgraph was told.
fn told(world: &World) -> (String, String) {
    let header = world.last_headers()["traceparent"].to_str().expect("text").to_owned();
    let parts: Vec<&str> = header.split('-').collect();
    (parts[1].to_owned(), parts[2].to_owned())
}

#[tokio::test]
async fn a_request_its_phases_and_its_fetches_are_one_trace_with_the_clients() {
    let (installation, collector) = (Installation::start("").await, Collector::start().await);
    let (child, address) = gateway(&installation, &["--otlp-endpoint", collector.url()]).await;
    let answer = ask(&address, "query Who { person(id: 1) { name letters } }").await;
    assert_eq!(answer, r#"{"data":{"person":{"name":"person 1","letters":["letter to 1"]}}}"#);
    stop(&child).await;

    let request = collector.span("the request's span", |span| span.name == "request").await;
    assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, CLIENTS_SPAN));
    assert_eq!(request.service, "gateway");
    assert_eq!(request.attribute("graphql.operation.name"), "Who");
    assert_eq!(request.attribute("http.response.status_code"), "200");
    let spans = collector.spans();
    let child_of = |parent: &CollectedSpan, name: &str| {
        let found = spans.iter().find(|span| span.parent == parent.id && span.name == name);
        found.unwrap_or_else(|| panic!("no {name} below {}: {spans:#?}", parent.name)).clone()
    };
    let prepare = child_of(&request, "prepare");
    for phase in ["parse", "validate", "plan"] {
        child_of(&prepare, phase);
    }
    let execute = child_of(&request, "execute");
    for (name, world) in [("people", &installation.people), ("letters", &installation.letters)] {
        let fetch = spans.iter().find(|span| span.attribute("subgraph") == name);
        let fetch = fetch.unwrap_or_else(|| panic!("no fetch from {name}: {spans:#?}"));
        assert_eq!((fetch.parent.as_str(), fetch.name.as_str()), (execute.id.as_str(), "fetch"));
        assert_eq!(fetch.attribute("http.response.status_code"), "200");
        assert_eq!(told(world), (TRACE.to_owned(), fetch.id.clone()));
    }
    assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:#?}");
}

#[tokio::test]
async fn an_event_of_a_stream_and_its_fetches_belong_to_the_operations_trace() {
    let (installation, collector) = (Installation::start("").await, Collector::start().await);
    let (child, address) = gateway(&installation, &["--otlp-endpoint", collector.url()]).await;
    let mut socket = Socket::acknowledged_at(&address).await;
    socket.subscribe("1", "subscription { ticks { n person { letters } } }").await;
    installation.people.streams(1).await;
    installation.people.ticks.send(5).expect("somebody listens");
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"]["person"]["letters"][0], "letter to 5");
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    installation.people.streams(0).await;
    socket.vanish();
    stop(&child).await;

    let operation = collector.span("the operation's span", |span| span.name == "operation").await;
    let spans = collector.spans();
    let subscribe = spans.iter().find(|span| span.name == "subscribe").expect("the stream was opened");
    assert_eq!(subscribe.parent, operation.id);
    let event = spans.iter().find(|span| span.name == "event").expect("there was an event");
    assert_eq!(event.parent, operation.id);
    let (trace, parent) = told(&installation.letters);
    assert_eq!(trace, operation.trace);
    assert!(spans.iter().any(|span| span.id == parent && span.name == "fetch"), "{spans:#?}");
}

#[tokio::test]
async fn a_fetch_that_joined_another_one_says_so() {
    let (installation, collector) = (Installation::start("").await, Collector::start().await);
    let config = file("batching.yaml", "batching: {enabled: true}");
    let further = ["--otlp-endpoint", collector.url(), "--config", config.to_str().expect("a plain path")];
    let (child, address) = gateway(&installation, &further).await;
    // Once planned, both of a batch get to their fetch at once.
    installation.people.release.notify_one();
    let question = json!({ "query": "{ held { id } }" });
    send(&address, &question).await;
    let asking = tokio::spawn(async move { send(&address, &json!([question, question])).await });
    installation.people.streams(1).await;
    installation.people.release.notify_one();
    let answer = r#"{"data":{"held":{"id":"held"}}}"#;
    assert_eq!(asking.await.expect("it is answered"), format!("[{answer},{answer}]"));
    stop(&child).await;

    let joined = collector.span("the span of who joined", |span| span.attribute("joined") == "true").await;
    assert_eq!((joined.name.as_str(), joined.attribute("subgraph")), ("fetch", "people"));
    let spans = collector.spans();
    let fetches: Vec<_> = spans.iter().filter(|span| span.name == "fetch").collect();
    assert_eq!(fetches.len(), 3, "{spans:#?}");
    assert_ne!(told(&installation.people).1, joined.id, "the other one was sent");
}

#[tokio::test]
async fn a_fetch_that_fails_says_so_in_its_span() {
    let (installation, collector) = (Installation::start("").await, Collector::start().await);
    installation.letters.status.store(404, std::sync::atomic::Ordering::SeqCst);
    let (child, address) = gateway(&installation, &["--otlp-endpoint", collector.url()]).await;
    ask(&address, "{ letterCount }").await;
    stop(&child).await;
    let fetch = collector.span("the fetch's span", |span| span.name == "fetch").await;
    assert_eq!(fetch.attribute("http.response.status_code"), "404");
    assert!(fetch.attribute("error").contains("404"), "{fetch:?}");
}

#[tokio::test]
async fn without_a_collector_the_clients_trace_is_handed_on_as_it_came() {
    let installation = Installation::start("").await;
    let (_child, address) = gateway(&installation, &[]).await;
    ask(&address, "{ letterCount }").await;
    assert_eq!(told(&installation.letters), (TRACE.to_owned(), CLIENTS_SPAN.to_owned()));
}
