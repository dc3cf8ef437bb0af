//! Mutations run one after the other, in the client's order.

use std::sync::{Arc, Mutex};

use gateway::engine::upstream::UpstreamError;
use serde_json::json;

use super::federation::{Federation, faults};
use super::subgraph::Subgraph;

fn counters() -> (Federation, Arc<Mutex<Vec<String>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let record = |name: &'static str| {
        let log = log.clone();
        move |arguments: &serde_json::Map<String, serde_json::Value>| {
            let mut log = log.lock().expect("not poisoned");
            log.push(format!("{name}{}", arguments["by"]));
            json!({ "total": log.len(), "counter": { "id": name } })
        }
    };
    let (add_a, add_b) = (record("a"), record("b"));
    let sdl = |name: &str| {
        format!(
            "type Query {{ {name}Count: Int }} type Mutation {{ {name}(by: Int!): {name}Payload! }} type {name}Payload {{ total: Int counter: Counter }} type Counter @key(fields: \"id\") {{ id: ID! {name}Name: String }}"
        )
    };
    let a = Subgraph::new("a", &sdl("a"))
        .field("Mutation.a", move |_, arguments| add_a(arguments))
        .value("Counter.aName", json!("A"))
        .entity("Counter", |_| json!({}));
    let b = Subgraph::new("b", &sdl("b"))
        .field("Mutation.b", move |_, arguments| add_b(arguments))
        .value("Counter.bName", json!("B"))
        .entity("Counter", |_| json!({}));
    (Federation::new(vec![a, b]), log)
}

#[tokio::test]
async fn root_fields_of_several_subgraphs_run_in_order() {
    let (federation, log) = counters();
    let data = federation
        .data("mutation { one: a(by: 1) { total } two: b(by: 2) { total } three: a(by: 3) { total } four: a(by: 4) { total } }")
        .await;
    assert_eq!(
        data,
        json!({ "one": { "total": 1 }, "two": { "total": 2 }, "three": { "total": 3 }, "four": { "total": 4 } })
    );
    assert_eq!(*log.lock().unwrap(), ["a1", "b2", "a3", "a4"]);
    assert_eq!(federation.most_calls_at_once(), 1);
}

#[tokio::test]
async fn a_payload_is_completed_by_other_subgraphs() {
    let (federation, log) = counters();
    let data = federation
        .data("mutation { __typename a(by: 1) { counter { bName aName id } } b(by: 2) { counter { aName } total } }")
        .await;
    assert_eq!(
        data,
        json!({ "__typename": "Mutation", "a": { "counter": { "bName": "B", "aName": "A", "id": "a" } }, "b": { "counter": { "aName": "A" }, "total": 2 } })
    );
    assert_eq!(*log.lock().unwrap(), ["a1", "b2"]);
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_next_from_running_though_its_null_takes_all() {
    let (federation, log) = counters();
    federation.fail("a", UpstreamError::Timeout);
    let response = federation.query("mutation { a(by: 1) { total } b(by: 2) { total } }").await;
    assert_eq!(response["data"], json!(null));
    assert_eq!(faults(&response), ["a UPSTREAM_UNAVAILABLE a"]);
    assert_eq!(*log.lock().unwrap(), ["b2"]);
}
