//! Group hugs: made, joined, watched and over, through the whole product.

use serde_json::{Value, json};

use crate::{
    client::{BLOCK, Person, Socket},
    journeys,
    world::World,
};

const CREATE: &str = "mutation C($i: CreateGroupHugInput!) { createGroupHug(input: $i) { groupHug { id state host { username } } errors { code } } }";
const SEE: &str = "query G($id: ID!) { groupHug(id: $id) { id state participantCount host { username } participants { username } } }";
const UPDATES: &str = "subscription U($id: ID!, $after: Cursor) { groupHugUpdated(id: $id, after: $after) { cursor kind groupHug { state participantCount } participant { username } } }";

journeys!(
    friends_meet_in_a_group_hug_and_whoever_watches_hears_all_of_it,
    nobody_exceeds_its_capacity,
    a_group_hug_is_missing_for_whoever_is_blocked_with_somebody_in_it,
);

async fn create(host: &Person, capacity: i32) -> String {
    let input = json!({ "typeId": host.hug_type().await, "audience": "PUBLIC", "capacity": capacity });
    let answer = host.client.data(CREATE, json!({ "i": input })).await;
    let group = &answer["createGroupHug"]["groupHug"];
    group["id"].as_str().unwrap_or_else(|| panic!("no group hug: {answer:#}")).to_owned()
}

/// One of the mutations that take nothing but the group hug: the first code it refuses with, or nothing.
async fn act(person: &Person, mutation: &str, group: &str) -> Value {
    let query =
        format!("mutation M($g: ID!) {{ {mutation}(input: {{groupHugId: $g}}) {{ errors {{ code }} }} }}");
    let answer = person.client.data(&query, json!({ "g": group })).await;
    answer[mutation]["errors"][0]["code"].clone()
}

async fn watch(person: &Person, group: &str, after: &Value) -> Socket {
    let mut socket = person.client.socket().await;
    let payload = json!({ "query": UPDATES, "variables": { "id": group, "after": after } });
    socket.send(json!({ "type": "subscribe", "id": "group", "payload": payload })).await;
    socket
}

async fn friends_meet_in_a_group_hug_and_whoever_watches_hears_all_of_it(mut world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let group = create(&ada, 5).await;
    let cursor = "query C($id: ID!) { groupHugCursor(id: $id) }";
    let start = ada.client.data(cursor, json!({ "id": group })).await["groupHugCursor"].take();
    assert_eq!(act(&bo, "joinGroupHug", &group).await, Value::Null);
    let seen = ada.client.data(SEE, json!({ "id": group })).await["groupHug"].take();
    assert_eq!((&seen["host"]["username"], &seen["participantCount"]), (&json!("ada"), &json!(2)));
    let list = "query L($s: GroupHugScope!) { groupHugs(filter: {scope: $s}) { edges { node { id } } } }";
    for (person, scope, expected) in [
        (&ada, "HOSTED", json!([{ "node": { "id": group } }])),
        (&bo, "JOINED", json!([{ "node": { "id": group } }])),
        (&bo, "HOSTED", json!([])),
    ] {
        let listed = person.client.data(list, json!({ "s": scope })).await;
        assert_eq!(listed["groupHugs"]["edges"], expected, "{scope}");
    }
    let mut socket = watch(&ada, &group, &start).await;
    let joined = socket.receive().await["payload"]["data"]["groupHugUpdated"].take();
    assert_eq!((&joined["kind"], &joined["participant"]["username"]), (&json!("JOINED"), &json!("bo")));
    drop(socket);
    world.restart().await;
    assert_eq!(act(&ada, "startGroupHug", &group).await, Value::Null);
    assert_eq!(act(&ada, "completeGroupHug", &group).await, Value::Null);
    let mut socket = watch(&ada, &group, &joined["cursor"]).await;
    for kind in ["STARTED", "ENDED"] {
        let message = socket.receive().await;
        assert_eq!(message["payload"]["data"]["groupHugUpdated"]["kind"], kind, "{message:#}");
    }
    assert_eq!(socket.receive().await["type"], "complete");
    assert_eq!(act(&bo, "leaveGroupHug", &group).await, "GROUP_HUG_ENDED");
    world.finish().await;
}

async fn nobody_exceeds_its_capacity(world: World) {
    let host = world.client().register("host").await;
    let group = create(&host, 3).await;
    let mut guests = Vec::new();
    for name in ["ada", "bo", "cy", "dee"] {
        guests.push(world.client().register(name).await);
    }
    let joining = guests.iter().map(|guest| act(guest, "joinGroupHug", &group));
    let answers = futures::future::join_all(joining).await;
    let full = answers.iter().filter(|code| *code == "GROUP_FULL").count();
    assert_eq!(full, 2, "{answers:?}");
    let seen = host.client.data(SEE, json!({ "id": group })).await;
    assert_eq!(seen["groupHug"]["participantCount"], 3);
    world.finish().await;
}

async fn a_group_hug_is_missing_for_whoever_is_blocked_with_somebody_in_it(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let cy = world.client().register("cy").await;
    let group = create(&ada, 5).await;
    assert_eq!(act(&bo, "joinGroupHug", &group).await, Value::Null);
    bo.client.data(BLOCK, json!({ "u": cy.id })).await;
    assert_eq!(cy.client.data(SEE, json!({ "id": group })).await["groupHug"], Value::Null);
    assert_eq!(act(&cy, "joinGroupHug", &group).await, "GROUP_HUG_NOT_FOUND");
    world.finish().await;
}
