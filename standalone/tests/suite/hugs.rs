//! Hugs beyond sending one: without a name, returned, filtered, and first ones that wait.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::{client::Person, journeys, world::World};

const SEND: &str = "mutation S($i: SendHugInput!) { sendHug(input: $i) { hug { id isAnonymous sender { id } } errors { code } } }";
const SEEN: &str = "query H($id: ID!) { hug(id: $id) { id isAnonymous status sender { id username } recipient { id } returns { id } } }";
const RETURN: &str = "mutation R($i: ReturnHugInput!) { returnHug(input: $i) { hug { id recipient { id } returns { id } } errors { code } } }";
const HISTORY: &str =
    "query L($d: HugDirection, $f: HugFilter) { hugs(direction: $d, filter: $f) { edges { node { id } } } }";

journeys!(
    who_sent_an_anonymous_hug_is_not_told_by_any_service,
    an_anonymous_hug_is_returned_to_whoever_it_was,
    a_first_hug_waits_until_its_recipient_agrees,
    a_history_is_filtered,
    kinds_of_hugs_and_senders_are_for_those_whose_token_says_so,
    who_drops_off_at_random_gets_every_hug_once_and_in_order,
    kinds_of_hugs_are_made_and_changed_by_admins,
    a_request_is_open_until_it_is_closed,
);

async fn two(world: &World) -> (Person, Person) {
    (world.client().register("ada").await, world.client().register("bo").await)
}

async fn hug_anonymously(from: &Person, to: &Person) -> String {
    let input = json!({ "recipientId": to.id, "typeId": from.hug_type().await, "anonymous": true });
    let answer = from.client.data(SEND, json!({ "i": input })).await;
    answer["sendHug"]["hug"]["id"].as_str().unwrap_or_else(|| panic!("no hug: {answer:#}")).to_owned()
}

async fn listed(person: &Person, direction: &str, filter: Value) -> Vec<Value> {
    let answer = person.client.data(HISTORY, json!({ "d": direction, "f": filter })).await;
    let edges = answer["hugs"]["edges"].as_array().expect("edges").iter();
    edges.map(|edge| edge["node"]["id"].clone()).collect()
}

async fn who_sent_an_anonymous_hug_is_not_told_by_any_service(world: World) {
    let (ada, bo) = two(&world).await;
    let hug = hug_anonymously(&bo, &ada).await;
    let seen = ada.client.data(SEEN, json!({ "id": hug })).await["hug"].take();
    assert_eq!((&seen["isAnonymous"], &seen["sender"]), (&json!(true), &Value::Null));
    assert_eq!(listed(&ada, "RECEIVED", Value::Null).await, [json!(hug)]);
    assert_eq!(listed(&ada, "RECEIVED", json!({ "personId": bo.id })).await, [] as [Value; 0]);
    let stats = "query S($u: String!) { user(username: $u) { hugStats { sent } } }";
    let counted = ada.client.data(stats, json!({ "u": "bo" })).await;
    assert_eq!(counted["user"]["hugStats"]["sent"], 0);
    let own = bo.client.data(SEEN, json!({ "id": hug })).await;
    assert_eq!(own["hug"]["sender"]["username"], "bo");
    ada.client.data(crate::client::BLOCK, json!({ "u": bo.id })).await;
    assert_eq!(ada.client.data(SEEN, json!({ "id": hug })).await["hug"], seen);
    world.finish().await;
}

async fn an_anonymous_hug_is_returned_to_whoever_it_was(world: World) {
    let (ada, bo) = two(&world).await;
    let hug = hug_anonymously(&bo, &ada).await;
    let input = json!({ "hugId": hug, "typeId": ada.hug_type().await });
    let returned = ada.client.data(RETURN, json!({ "i": input })).await["returnHug"]["hug"].take();
    assert_eq!((&returned["recipient"], &returned["returns"]["id"]), (&Value::Null, &json!(hug)));
    let received = bo.client.data(SEEN, json!({ "id": returned["id"] })).await;
    assert_eq!(received["hug"]["sender"]["username"], "ada");
    assert_eq!(ada.client.refusal("returnHug", RETURN, input).await, "HUG_ALREADY_RETURNED");
    world.finish().await;
}

async fn a_first_hug_waits_until_its_recipient_agrees(world: World) {
    let (ada, bo) = two(&world).await;
    let settings = "mutation U($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code } } }";
    ada.client.data(settings, json!({ "i": { "hugPolicy": { "notFollowed": "FILTER" } } })).await;
    let waiting = bo.hug(&ada, "hello").await["hug"]["id"].clone();
    assert_eq!(listed(&ada, "RECEIVED", Value::Null).await, [] as [Value; 0]);
    assert_eq!(listed(&ada, "FILTERED", Value::Null).await, std::slice::from_ref(&waiting));
    let accept = "mutation A($u: ID!) { acceptHugsFrom(input: {userId: $u}) { letIn errors { code } } }";
    assert_eq!(ada.client.data(accept, json!({ "u": bo.id })).await["acceptHugsFrom"]["letIn"], 1);
    assert_eq!(listed(&ada, "RECEIVED", Value::Null).await, [waiting]);
    let decline = "mutation D($u: ID!) { declineHugsFrom(input: {userId: $u}) { dropped errors { code } } }";
    assert_eq!(ada.client.data(decline, json!({ "u": bo.id })).await["declineHugsFrom"]["dropped"], 0);
    assert_eq!(bo.hug(&ada, "hello?").await["errors"][0]["code"], "HUG_NOT_ALLOWED");
    world.finish().await;
}

async fn a_history_is_filtered(world: World) {
    let (ada, bo) = two(&world).await;
    let named = bo.hug(&ada, "hi").await["hug"]["id"].clone();
    let anonymous = hug_anonymously(&bo, &ada).await;
    for (filter, expected) in [
        (json!({ "anonymous": true }), json!(anonymous)),
        (json!({ "personId": bo.id }), named.clone()),
        (json!({ "anonymous": false, "status": "SENT", "answersRequest": false }), named),
    ] {
        assert_eq!(listed(&ada, "ALL", filter).await, [expected]);
    }
    world.finish().await;
}

async fn kinds_of_hugs_and_senders_are_for_those_whose_token_says_so(world: World) {
    let (ada, bo) = two(&world).await;
    let hug = hug_anonymously(&bo, &ada).await;
    let disclose = format!(
        "mutation {{ discloseHugSender(input: {{ hugId: \"{hug}\", reason: \"I want to know\" }}) {{ sender {{ id }} }} }}"
    );
    let retire = "mutation { retireHugType(input: { typeId: \"hgt_0192f000000070008000000000000001\" }) { errors { code } } }";
    for mutation in [disclose.as_str(), retire] {
        let answer = ada.client.graphql(mutation, Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE", "{answer:#}");
    }
    world.finish().await;
}

async fn who_drops_off_at_random_gets_every_hug_once_and_in_order(world: World) {
    let (ada, bo) = two(&world).await;
    let mut socket = ada.watch(None).await;
    let first = bo.hug_until_seen(&ada, &mut socket).await;
    let mut cursor = first["cursor"].as_str().expect("a cursor").to_owned();
    let mut sent = Vec::new();
    for _ in 0..40 {
        sent.push(bo.hug(&ada, "again").await["hug"]["id"].clone());
    }
    // A fixed sequence that looks random: how much is read before dropping off.
    let (mut seen, mut reads) = (Vec::new(), [7, 0, 1, 13, 2, 0, 5, 12].into_iter().cycle());
    while seen.len() < sent.len() {
        drop(socket);
        socket = ada.watch(Some(&cursor)).await;
        for _ in 0..reads.next().unwrap_or(1).min(sent.len() - seen.len()) {
            let event = socket.next_hug().await;
            event["cursor"].as_str().expect("a cursor").clone_into(&mut cursor);
            seen.push(event["hug"]["id"].clone());
        }
    }
    assert_eq!(seen, sent);
    assert_eq!(seen.iter().map(ToString::to_string).collect::<HashSet<_>>().len(), sent.len());
    world.finish().await;
}

async fn kinds_of_hugs_are_made_and_changed_by_admins(world: World) {
    let (ada, bo) = two(&world).await;
    let ada = world.grant(&ada, "admin").await;
    let create = "mutation C($i: CreateHugTypeInput!) { createHugType(input: $i) { hugType { id name } errors { code } } }";
    let koala = json!({ "name": "Koala hug", "emoji": "🐨", "durationMs": 9000, "intensity": 5 });
    let made = ada.client.data(create, json!({ "i": koala })).await["createHugType"].take();
    let id = made["hugType"]["id"].clone();
    assert_eq!(made, json!({ "hugType": { "id": id, "name": "Koala hug" }, "errors": [] }));
    let update = "mutation U($i: UpdateHugTypeInput!) { updateHugType(input: $i) { hugType { emoji } errors { code } } }";
    let changed = json!({ "i": { "typeId": id, "emoji": "🌿" } });
    let changed = ada.client.data(update, changed).await["updateHugType"].take();
    assert_eq!(changed, json!({ "hugType": { "emoji": "🌿" }, "errors": [] }));
    let send = "mutation S($i: SendHugInput!) { sendHug(input: $i) { hug { type { name emoji } } errors { code } } }";
    let input = json!({ "recipientId": ada.id, "typeId": id });
    let sent = bo.client.data(send, json!({ "i": input })).await["sendHug"].take();
    assert_eq!(sent["hug"]["type"], json!({ "name": "Koala hug", "emoji": "🌿" }), "{sent:#}");
    let retire =
        "mutation R($id: ID!) { retireHugType(input: {typeId: $id}) { hugType { active } errors { code } } }";
    let retired = ada.client.data(retire, json!({ "id": id })).await["retireHugType"].take();
    assert_eq!(retired, json!({ "hugType": { "active": false }, "errors": [] }));
    assert_eq!(bo.client.refusal("sendHug", send, input).await, "HUG_TYPE_NOT_FOUND");
    world.finish().await;
}

async fn a_request_is_open_until_it_is_closed(world: World) {
    let (ada, bo) = two(&world).await;
    let ask = "mutation A($i: CreateHugRequestInput!) { createHugRequest(input: $i) { request { id } errors { code } } }";
    let input = json!({ "audience": "PUBLIC", "message": "a hard day", "urgency": "HIGH" });
    let asked = ada.client.data(ask, json!({ "i": input })).await["createHugRequest"].take();
    let id = asked["request"]["id"].clone();
    let look =
        "query R($id: ID!) { hugRequest(id: $id) { message status answerCount requester { username } } }";
    let seen = async || bo.client.data(look, json!({ "id": id })).await["hugRequest"].take();
    let ada_asks = json!({ "username": "ada" });
    let open = json!({ "message": "a hard day", "status": "OPEN", "answerCount": 0, "requester": ada_asks });
    assert_eq!(seen().await, open);
    let answer = "mutation A($i: AnswerHugRequestInput!) { answerHugRequest(input: $i) { hug { id } errors { code } } }";
    let hug = json!({ "requestId": id, "typeId": bo.hug_type().await });
    let answered = bo.client.data(answer, json!({ "i": hug })).await["answerHugRequest"].take();
    assert_eq!(answered["errors"], json!([]), "{answered:#}");
    let close = "mutation C($id: ID!) { closeHugRequest(input: {requestId: $id}) { request { status answerCount } errors { code } } }";
    let closed = ada.client.data(close, json!({ "id": id })).await["closeHugRequest"].take();
    assert_eq!(closed, json!({ "request": { "status": "CLOSED", "answerCount": 1 }, "errors": [] }));
    let cy = world.client().register("cy").await;
    let late = json!({ "requestId": id, "typeId": cy.hug_type().await });
    assert_eq!(cy.client.refusal("answerHugRequest", answer, late).await, "HUG_REQUEST_CLOSED");
    world.finish().await;
}
