//! Several processes of the subgraph on one database, and one that doesn't know what it should.

use std::sync::Arc;

use axum::{Router, body::Body};
use bus::{Bus, memory::MemoryBus};
use http::{Request, header};
use http_body_util::BodyExt as _;
use hugs::Hugs;
use identity::{ASSERTION_HEADER, Assertion, AssertionSigner};
use ids::UserId;
use outbox::Outbox;
use serde_json::{Value, json};
use service::{Foundation, Running, Subgraph as _};

use crate::world::{SEND, WARM_HUG, World, next_event, next_kind};

/// Another process on the database of a world, with the bus `bus`.
async fn another_process(world: &World, bus: Arc<dyn Bus>) -> Running {
    let outbox = Outbox::new(world.db.clone(), bus.clone(), world.clock.clone(), Hugs::NAME);
    let foundation = Foundation { bus, outbox, ..world.foundation.clone() };
    Running::assemble::<Hugs>(&foundation).await.expect("another process starts")
}

async fn send(world: &World, router: Router, sender: UserId, recipient: UserId) -> Value {
    let input = json!({ "recipientId": recipient, "typeId": WARM_HUG });
    ask(world, router, sender, SEND, json!({ "i": input })).await
}

/// What a process answers to `person`.
async fn ask(world: &World, router: Router, person: UserId, query: &str, variables: Value) -> Value {
    let assertion =
        Assertion { issuer: "gateway".into(), subject: Some(person.to_string()), ..Assertion::default() };
    let signer = AssertionSigner::new(world.foundation.identity_secret.reveal());
    let token = signer.sign(&assertion, Hugs::NAME, world.foundation.clock.now());
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(ASSERTION_HEADER, token)
        .body(Body::from(body))
        .expect("a request");
    let response = tower::ServiceExt::oneshot(router, request).await.expect("routers never fail");
    let bytes = response.into_body().collect().await.expect("a whole answer").to_bytes();
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn a_hug_sent_in_one_process_is_heard_in_another() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut other = another_process(&world, world.bus.clone()).await;
    other.consume().await.unwrap();
    other.relay();
    let mut events = world.events_from_now(ada).await;
    events.expect_quiet().await;
    let answer = send(&world, other.router(), bo, ada).await;
    let hug = answer["data"]["sendHug"]["hug"]["id"].as_str().unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(next_kind(&mut events).await, ("RECEIVED".to_owned(), hug.to_owned()));
    events.expect_quiet().await;
    other.stop().await;
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_in_one_process_is_heard_in_another() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let mut other = another_process(&world, world.bus.clone()).await;
    other.consume().await.unwrap();
    other.relay();
    let create = "mutation($i: CreateGroupHugInput!) { createGroupHug(input: $i) { groupHug { id } } }";
    let input = json!({ "typeId": WARM_HUG, "audience": "PRIVATE", "capacity": 5 });
    let made = world.as_user(ada).data(create, json!({ "i": input })).await;
    let group = &made["createGroupHug"]["groupHug"]["id"];
    let mut events = world.events_from_now(bo).await;
    events.expect_quiet().await;
    let invite = "mutation($i: InviteToGroupHugInput!) { inviteToGroupHug(input: $i) { errors { code } } }";
    let input = json!({ "i": { "groupHugId": group, "inviteeIds": [bo] } });
    let answer = ask(&world, other.router(), ada, invite, input).await;
    assert_eq!(answer["data"]["inviteToGroupHug"]["errors"], json!([]), "{answer:#}");
    let heard = next_event(&mut events).await;
    assert_eq!((&heard["kind"], &heard["groupHug"]["id"]), (&json!("GROUP_HUG_POSTED"), group));
    events.expect_quiet().await;
    other.stop().await;
    world.finish().await;
}

#[tokio::test]
async fn no_hug_is_sent_while_it_is_not_known_who_blocks_whom() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    // Its groups have not joined the bus: nobody can say that they have caught up.
    let behind = another_process(&world, Arc::new(MemoryBus::new())).await;
    let answer = send(&world, behind.router(), bo, ada).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE", "{answer:#}");
    assert_eq!(world.history(bo, "SENT").await, [] as [&str; 0]);
    behind.stop().await;
    world.finish().await;
}

#[tokio::test]
async fn a_request_without_the_gateways_assertion_is_refused() {
    let world = World::start().await;
    let body = json!({ "query": "{ hugTypes { id } }" }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-User-ID", "usr_0192f000000070008000000000000001")
        .body(Body::from(body))
        .unwrap();
    let response = tower::ServiceExt::oneshot(world.router(), request).await.unwrap();
    assert_eq!(response.status(), http::StatusCode::UNAUTHORIZED);
    world.finish().await;
}
