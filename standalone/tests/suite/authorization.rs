//! The gateway knows by the schema what is only for those who are signed in, and asks no subgraph for it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::DEADLINE;

use crate::{
    client::{HUG_EVENTS, LOG_MOOD},
    journeys,
    world::{SUBGRAPHS, Shape, World},
};

journeys!(
    a_visitor_gets_what_is_for_everybody_and_an_error_for_each_other_field,
    a_visitor_changes_nothing,
    a_visitor_has_no_stream_by_whatever_protocol,
    somebody_who_is_signed_in_gets_all_of_it,
);

const MIXED: &str = "query Mixed { hugTypes { name } me { id } mine: hugs(first: 1) { edges { node { id } } } \
    hugRequests(first: 1) { edges { node { id } } } hugEventsCursor users(search: \"a\") { edges { node { username } } } }";

/// The response keys of `MIXED` that are for those who are signed in.
const OWN: [&str; 4] = ["mine", "hugRequests", "hugEventsCursor", "users"];

/// The errors of an answer are exactly one for each of these fields, because nobody is signed in.
fn assert_refused(answer: &Value, keys: &[&str]) {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no errors: {answer:#}"));
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "UNAUTHENTICATED"), "{answer:#}");
    let paths: BTreeSet<String> = errors.iter().map(|error| error["path"].to_string()).collect();
    assert_eq!(paths, keys.iter().map(|key| json!([key]).to_string()).collect(), "{answer:#}");
    assert_eq!(errors.len(), keys.len(), "{answer:#}");
}

async fn a_visitor_gets_what_is_for_everybody_and_an_error_for_each_other_field(world: World) {
    let (status, answer) = world.client().post(MIXED, Value::Null, &[]).await;
    assert_eq!(status.as_u16(), 200);
    assert_refused(&answer, &OWN);
    let data = &answer["data"];
    assert!(data["hugTypes"].as_array().is_some_and(|types| !types.is_empty()), "{answer:#}");
    assert_eq!(data["me"], Value::Null, "nobody is nobody, and no error");
    assert!(OWN.iter().all(|key| data[key].is_null()), "{answer:#}");
    world.finish().await;
}

async fn a_visitor_changes_nothing(world: World) {
    let input = json!({ "i": { "score": 1, "timezone": "Europe/Berlin" } });
    let answer = world.client().graphql(LOG_MOOD, input).await;
    assert_refused(&answer, &["logMood"]);
    assert_eq!(answer["data"], Value::Null);
    let ada = world.client().register("ada").await;
    let both = "mutation B($u: ID!) { follow(input: {userId: $u}) { errors { code } } \
        block(input: {userId: $u}) { errors { code } } }";
    let answer = world.client().graphql(both, json!({ "u": ada.id })).await;
    assert_refused(&answer, &["block", "follow"]);
    world.finish().await;
}

async fn a_visitor_has_no_stream_by_whatever_protocol(world: World) {
    let visitor = world.client();
    let mut socket = visitor.socket().await;
    let payload = json!({ "query": HUG_EVENTS, "variables": { "after": null } });
    socket.send(json!({ "type": "subscribe", "id": "hugs", "payload": payload })).await;
    let refused = socket.receive().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("hugs")), "{refused:#}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused:#}");
    for accept in ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        let text = stream_to_its_end(&world, accept).await;
        assert!(text.contains("\"UNAUTHENTICATED\""), "{accept}: {text}");
        assert!(!text.contains("\"hugEvents\":{"), "{accept}: {text}");
    }
    world.finish().await;
}

/// Everything that a visitor who subscribes over HTTP gets until the gateway ends it.
async fn stream_to_its_end(world: &World, accept: &str) -> String {
    let request = reqwest::Client::new().post(world.http_url()).header("accept", accept);
    let response = request.json(&json!({ "query": HUG_EVENTS })).send().await.expect("the gateway answers");
    let whole = tokio::time::timeout(DEADLINE, response.text()).await;
    whole.expect("the stream ends").expect("the stream is text")
}

async fn somebody_who_is_signed_in_gets_all_of_it(world: World) {
    let ada = world.client().register("ada").await;
    let answer = ada.client.data(MIXED, Value::Null).await;
    assert_eq!(answer["me"]["id"], ada.id.as_str());
    assert!(OWN.iter().all(|key| !answer[key].is_null()), "{answer:#}");
    assert_eq!(answer["mine"]["edges"], json!([]));
    let bo = world.client().register("bo").await;
    let mut socket = ada.watch(None).await;
    bo.hug_until_seen(&ada, &mut socket).await;
    world.finish().await;
}

#[tokio::test]
async fn for_what_a_visitor_may_not_have_no_subgraph_is_asked() {
    let mut world = World::start(Shape::ManyProcesses).await;
    for name in SUBGRAPHS {
        world.processes().expect("many processes").kill(name).await;
    }
    let own = "{ hugs(first: 1) { edges { node { id } } } users(search: \"a\") { edges { node { id } } } }";
    let answer = world.client().graphql(own, Value::Null).await;
    assert_refused(&answer, &["hugs", "users"]);
    world.finish().await;
}
