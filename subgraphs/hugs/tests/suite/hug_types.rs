//! Kinds of hugs, as admins make, change and retire them.

use serde_json::{Value, json};

use crate::world::{WARM_HUG, World, refusal};

const CREATE: &str = "mutation($i: CreateHugTypeInput!) { createHugType(input: $i) {
    hugType { id name emoji durationMs intensity active } errors { code path } } }";
const UPDATE: &str = "mutation($i: UpdateHugTypeInput!) { updateHugType(input: $i) {
    hugType { id name emoji durationMs } errors { code path } } }";
const RETIRE: &str = "mutation($i: RetireHugTypeInput!) { retireHugType(input: $i) {
    hugType { id active } errors { code path } } }";

fn koala() -> Value {
    json!({ "name": " Koala hug ", "emoji": "🐨", "durationMs": 9000, "intensity": 5 })
}

#[tokio::test]
async fn admins_make_change_and_retire_kinds_of_hugs() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let admin = world.with_scope(world.person().await, "administration");
    let made = admin.data(CREATE, json!({ "i": koala() })).await["createHugType"].take();
    let id = made["hugType"]["id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    assert_eq!((&made["hugType"]["name"], &made["hugType"]["active"]), (&json!("Koala hug"), &json!(true)));
    let types = world.anonymous().data("{ hugTypes { id } }", json!({})).await["hugTypes"].take();
    assert_eq!(types.as_array().unwrap().last().unwrap()["id"], id, "it is shown last");
    let payload = world.send(bo, json!({ "recipientId": ada, "typeId": id })).await;
    let hug = payload["hug"]["id"].as_str().unwrap();

    let input = json!({ "typeId": id, "emoji": "🌿", "durationMs": 1000 });
    let changed = admin.data(UPDATE, json!({ "i": input })).await["updateHugType"].take();
    let whole = json!({ "id": id, "name": "Koala hug", "emoji": "🌿", "durationMs": 1000 });
    assert_eq!(changed["hugType"], whole);
    for _ in 0..2 {
        let retired = admin.data(RETIRE, json!({ "i": { "typeId": id } })).await;
        assert_eq!(retired["retireHugType"]["hugType"]["active"], false);
    }
    let refused = world.send(bo, json!({ "recipientId": ada, "typeId": id })).await;
    assert_eq!(refusal(&refused), "HUG_TYPE_NOT_FOUND");
    let query = "query($id: ID!) { hug(id: $id) { type { emoji active } } hugTypes(retired: true) { id } }";
    let seen = world.as_user(ada).data(query, json!({ "id": hug })).await;
    assert_eq!(seen["hug"]["type"], json!({ "emoji": "🌿", "active": false }));
    assert_eq!(seen["hugTypes"].as_array().unwrap().last().unwrap()["id"], id);
    // Its name is free again.
    assert_eq!(admin.data(CREATE, json!({ "i": koala() })).await["createHugType"]["errors"], json!([]));
    world.finish().await;
}

#[tokio::test]
async fn nobody_else_does_and_nobody_else_learns_whether_it_would_have_worked() {
    let world = World::start().await;
    let ada = world.person().await;
    let nonsense = json!({ "name": "", "emoji": "", "durationMs": 0, "intensity": 0 });
    for (mutation, input) in [
        (CREATE, koala()),
        (CREATE, nonsense),
        (UPDATE, json!({ "typeId": WARM_HUG, "name": "Cold hug" })),
        (RETIRE, json!({ "typeId": "bear" })),
    ] {
        let input = json!({ "i": input });
        for client in [world.as_user(ada), world.with_scope(ada, "moderation")] {
            assert_eq!(client.failure(mutation, input.clone()).await, "FORBIDDEN");
        }
        assert_eq!(world.anonymous().failure(mutation, input).await, "UNAUTHENTICATED");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::start().await;
    let admin = world.with_scope(world.person().await, "administration");
    for (field, value, code) in [
        ("name", json!("  "), "HUG_TYPE_NAME_INVALID"),
        ("name", json!("x".repeat(41)), "HUG_TYPE_NAME_INVALID"),
        ("name", json!("warm HUG"), "HUG_TYPE_NAME_TAKEN"),
        ("emoji", json!("abc"), "EMOJI_INVALID"),
        ("durationMs", json!(499), "DURATION_OUT_OF_RANGE"),
        ("intensity", json!(6), "INTENSITY_OUT_OF_RANGE"),
        ("idempotencyKey", json!(""), "IDEMPOTENCY_KEY_MALFORMED"),
    ] {
        let mut input = koala();
        input[field] = value;
        let payload = admin.data(CREATE, json!({ "i": input })).await["createHugType"].take();
        assert_eq!(refusal(&payload), code);
        assert_eq!(payload["errors"][0]["path"], json!(["input", field]));
    }
    let missing = json!({ "i": { "typeId": "hgt_0192f0000000700080000000000000ff" } });
    for (mutation, field) in [(UPDATE, "updateHugType"), (RETIRE, "retireHugType")] {
        assert_eq!(refusal(&admin.data(mutation, missing.clone()).await[field]), "HUG_TYPE_NOT_FOUND");
    }
    world.finish().await;
}
