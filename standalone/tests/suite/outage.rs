//! One subgraph down costs its own fields and nothing else.

use serde_json::{Value, json};

use crate::{
    client::{ME, until},
    world::{Shape, World},
};

#[tokio::test]
async fn a_subgraph_that_is_down_costs_its_own_fields_and_comes_back_by_itself() {
    let mut world = World::start(Shape::ManyProcesses).await;
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    bo.hug(&ada, "hello").await;
    world.processes().expect("many processes").kill("hugs").await;

    let answer = ada.client.graphql(ME, Value::Null).await;
    let me = &answer["data"]["me"];
    assert_eq!(me["displayName"], "Ada");
    assert_eq!(me["account"]["email"], ada.email.as_str());
    assert_eq!(me["hugStats"], Value::Null);
    let errors = answer["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{answer:#}");
    assert_eq!(errors[0]["path"], json!(["me", "hugStats"]));
    assert_eq!(errors[0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    assert_eq!(errors[0]["extensions"]["service"], "hugs");

    world.processes().expect("many processes").start_subgraph("hugs").await;
    let recovered = until(&ada.client, ME, |answer| answer.get("errors").is_none()).await;
    assert_eq!(recovered["data"]["me"]["hugStats"]["received"], 1);
    world.finish().await;
}
