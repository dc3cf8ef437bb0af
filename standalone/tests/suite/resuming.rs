//! A live stream outlives what it runs on: its subgraph's process, and the supergraph.

use serde_json::{Value, json};

use crate::{
    client::{Person, Socket, until},
    world::{Shape, World},
};

async fn expect(socket: &mut Socket, hugs: impl IntoIterator<Item = Value>) {
    for hug in hugs {
        let event = socket.next_hug().await;
        assert_eq!(
            (&event["kind"], &event["hug"]["id"]),
            (&json!("RECEIVED"), &hug["hug"]["id"]),
            "{event:#}"
        );
        assert_eq!(event["hug"]["sender"]["username"], "bo");
    }
}

async fn two() -> (World, Person, Person) {
    let world = World::start(Shape::ManyProcesses).await;
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    (world, ada, bo)
}

#[tokio::test]
async fn a_socket_stays_open_over_restarts_of_hugs_and_gets_every_hug_once_and_in_order() {
    let (mut world, ada, bo) = two().await;
    let mut socket = ada.watch(None).await;
    bo.hug_until_seen(&ada, &mut socket).await;
    // A crash, and a stop that was asked for, as in a deployment.
    for politely in [false, true] {
        expect(&mut socket, [bo.hug(&ada, "while it runs").await]).await;
        let processes = world.processes().expect("many processes");
        if politely {
            processes.stop_subgraph("hugs").await;
        } else {
            processes.kill("hugs").await;
        }
        processes.start_subgraph("hugs").await;
        // Whether the gateway has come back to it by now or not: these are told live, or from the log.
        let mut sent = Vec::new();
        for message in ["first", "second", "third"] {
            sent.push(bo.hug(&ada, message).await);
        }
        expect(&mut socket, sent).await;
    }
    world.finish().await;
}

#[tokio::test]
async fn a_socket_stays_open_while_the_gateway_goes_over_to_another_supergraph() {
    let (mut world, ada, bo) = two().await;
    let mut socket = ada.watch(None).await;
    bo.hug_until_seen(&ada, &mut socket).await;
    let mut sent = vec![bo.hug(&ada, "under the first").await];
    let processes = world.processes().expect("many processes");
    processes.replace_supergraph(|now| now.replace("\nA person.\n", "\nSomebody.\n")).await;
    let person = r#"{ __type(name: "User") { description } }"#;
    until(&ada.client, person, |answer| answer["data"]["__type"]["description"] == "Somebody.").await;
    sent.push(bo.hug(&ada, "under the second").await);
    expect(&mut socket, sent).await;
    world.processes().expect("many processes").kill("hugs").await;
    world.processes().expect("many processes").start_subgraph("hugs").await;
    expect(&mut socket, [bo.hug(&ada, "and taken up again").await]).await;
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_of_somebody_elses_opens_nothing() {
    let (world, ada, bo) = two().await;
    let mut socket = ada.watch(None).await;
    let cursor = bo.hug_until_seen(&ada, &mut socket).await["cursor"].take();
    let eve = world.client().register("eve").await;
    let id = format!("t{}", cursor.as_str().expect("a cursor"));
    let query = "subscription { hugEvents { cursor kind hug { message } } }";
    let headers = [("accept", "text/event-stream"), ("last-event-id", id.as_str())];
    for (person, is_theirs) in [(&eve, false), (&ada, true)] {
        bo.hug(&ada, "a secret").await;
        let event = person.client.first_event(query, &headers).await;
        assert_eq!(event["data"]["hugEvents"]["hug"]["message"] == "a secret", is_theirs, "{event:#}");
        assert_eq!(event["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", !is_theirs, "{event:#}");
    }
    world.finish().await;
}
