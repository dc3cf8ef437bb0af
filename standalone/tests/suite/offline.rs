//! What a client that was cut off has queued, sent when it is back: each twice, and in no particular order.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    client::{Client, HUG_TYPES, Person, SEND_HUG},
    journeys,
    world::World,
};

const LOG: &str =
    "mutation L($i: LogMoodInput!) { logMood(input: $i) { mood { id } errors { code message path } } }";
const STATE: &str = "query S { me { hugStats { sent } moods(first: 50) { edges { node { id note } } } } }";

/// A mutation in the queue of a client.
struct Queued {
    document: &'static str,
    input: Value,
}

impl Queued {
    /// The id of what it made; the same whoever asks.
    async fn send(&self, client: &Client) -> String {
        let data = client.data(self.document, json!({ "i": self.input })).await;
        let payload = data.as_object().and_then(|fields| fields.values().next()).expect("a payload");
        assert_eq!(payload["errors"], json!([]), "{payload:#}");
        let made = payload.as_object().and_then(|fields| fields.values().next()).expect("a thing");
        made["id"].as_str().unwrap_or_else(|| panic!("nothing was made: {payload:#}")).to_owned()
    }
}

/// Five moods and five hugs, as a phone in a tunnel keeps them.
async fn queue(client: &Client, recipient: &Person) -> Vec<Queued> {
    let types = client.data(HUG_TYPES, Value::Null).await;
    let mut queue = Vec::new();
    for number in 0..5 {
        let score = 1 + number;
        let (key, note) = (format!("mood-{number}"), format!("mood {number}"));
        let input =
            json!({ "score": score, "note": note, "timezone": "Europe/Berlin", "idempotencyKey": key });
        queue.push(Queued { document: LOG, input });
        let (key, message) = (format!("hug-{number}"), format!("hug {number}"));
        let hug_type = &types["hugTypes"][0]["id"];
        let input = json!({ "recipientId": recipient.id, "typeId": hug_type, "message": message, "idempotencyKey": key });
        queue.push(Queued { document: SEND_HUG, input });
    }
    queue
}

/// How many moods and hugs there are.
async fn counts(client: &Client) -> (usize, i64) {
    let state = client.data(STATE, Value::Null).await;
    let moods = state["me"]["moods"]["edges"].as_array().map_or(0, Vec::len);
    (moods, state["me"]["hugStats"]["sent"].as_i64().unwrap_or_default())
}

async fn ten_queued_mutations_sent_twice_and_out_of_order_have_ten_effects(mut world: World) {
    let client = world.client();
    let (ada, bo) = (client.register("ada").await, client.register("bo").await);
    let queue = queue(&ada.client, &bo).await;

    // The first time the connection breaks, sooner or later: nobody knows what has had its effect.
    let cut_off = queue.iter().enumerate().rev().map(|(number, queued)| {
        let patience = Duration::from_millis(8 * number as u64);
        tokio::time::timeout(patience, queued.send(&ada.client))
    });
    let mut known: Vec<_> = join_all(cut_off).await.into_iter().map(Result::ok).collect();
    known.reverse();
    world.restart().await;

    // The second time everything is answered, in an order of its own; what was known of an answer still holds.
    let order: Vec<usize> = (0..queue.len()).map(|place| place * 7 % queue.len()).collect();
    let again = join_all(order.iter().map(|&number| queue[number].send(&ada.client))).await;
    for (number, id) in order.into_iter().zip(again) {
        assert!(known[number].as_ref().is_none_or(|known| *known == id), "{number} was made twice");
    }
    assert_eq!(counts(&ada.client).await, (5, 5));
    world.finish().await;
}

async fn the_same_mutation_sent_many_times_at_once_has_one_effect(world: World) {
    let client = world.client();
    let (ada, bo) = (client.register("ada").await, client.register("bo").await);
    let queue = queue(&ada.client, &bo).await;
    for queued in &queue[..2] {
        let ids = join_all((0..4).map(|_| queued.send(&ada.client))).await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    assert_eq!(counts(&ada.client).await, (1, 1));
    world.finish().await;
}

journeys!(
    ten_queued_mutations_sent_twice_and_out_of_order_have_ten_effects,
    the_same_mutation_sent_many_times_at_once_has_one_effect,
);
