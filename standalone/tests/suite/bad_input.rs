//! Bad input of each kind gets a clear code, and leaves nothing behind.

use serde_json::{Value, json};

use crate::{
    client::{HUG_EVENTS, LOG_MOOD, LOGIN, ME, PASSWORD, REGISTER, SEND_HUG},
    journeys,
    world::World,
};

journeys!(
    registering_badly_says_what_to_mend,
    wrong_password_and_unknown_address_answer_alike,
    hugging_badly_says_what_to_mend,
    logging_a_mood_badly_says_what_to_mend,
    a_cursor_that_is_none_is_refused,
);

async fn registering_badly_says_what_to_mend(world: World) {
    let client = world.client();
    client.register("ada").await;
    let good =
        json!({ "email": "x@example.org", "username": "x_ray", "displayName": "X", "password": PASSWORD });
    let cases = [
        ("username", json!("ada"), "USERNAME_TAKEN"),
        ("username", json!("ADA"), "USERNAME_TAKEN"),
        ("username", json!("Ａｄａ"), "USERNAME_TAKEN"),
        ("username", json!("аda"), "USERNAME_INVALID"),
        ("username", json!("a b"), "USERNAME_INVALID"),
        ("username", json!("admin"), "USERNAME_RESERVED"),
        ("password", json!("short"), "PASSWORD_TOO_SHORT"),
        ("password", json!("password123"), "PASSWORD_TOO_COMMON"),
        ("email", json!("not an address"), "EMAIL_INVALID"),
        ("displayName", json!("  "), "DISPLAY_NAME_INVALID"),
    ];
    for (field, value, code) in cases {
        let mut input = good.clone();
        input[field] = value;
        assert_eq!(client.refusal("register", REGISTER, input.clone()).await, code, "{input}");
    }
    client.register("x_ray").await;
    world.finish().await;
}

async fn wrong_password_and_unknown_address_answer_alike(world: World) {
    let ada = world.client().register("ada").await;
    let wrong = json!({ "email": ada.email, "password": "not the password" });
    let unknown = json!({ "email": "nobody@example.org", "password": "not the password" });
    let wrong = world.client().graphql(LOGIN, json!({ "i": wrong })).await;
    let unknown = world.client().graphql(LOGIN, json!({ "i": unknown })).await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong["data"]["login"]["errors"][0]["code"], "INVALID_CREDENTIALS");
    world.finish().await;
}

async fn hugging_badly_says_what_to_mend(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let good = json!({ "recipientId": ada.id, "typeId": bo.hug_type().await, "message": "hi" });
    let cases = [
        ("typeId", json!("hgt_00000000000000000000000000000000"), "HUG_TYPE_NOT_FOUND"),
        ("message", json!("x".repeat(501)), "MESSAGE_TOO_LONG"),
        ("recipientId", json!("usr_00000000000000000000000000000000"), "HUG_NOT_ALLOWED"),
        ("recipientId", json!(bo.id), "CANNOT_HUG_SELF"),
    ];
    for (field, value, code) in cases {
        let mut input = good.clone();
        input[field] = value;
        assert_eq!(bo.client.refusal("sendHug", SEND_HUG, input).await, code);
    }
    assert_eq!(world.client().refusal("sendHug", SEND_HUG, good).await, "UNAUTHENTICATED");
    let stats = ada.client.data(ME, Value::Null).await;
    assert_eq!(stats["me"]["hugStats"]["received"], 0);
    world.finish().await;
}

async fn logging_a_mood_badly_says_what_to_mend(world: World) {
    let ada = world.client().register("ada").await;
    let good = json!({ "score": 3, "timezone": "Europe/Berlin" });
    let cases = [
        ("score", json!(9), "SCORE_OUT_OF_RANGE"),
        ("valence", json!(1.5), "VALENCE_OUT_OF_RANGE"),
        ("occurredAt", json!("2999-01-01T00:00:00Z"), "OCCURRED_IN_FUTURE"),
        ("timezone", json!("Mars/Olympus"), "UNKNOWN_TIME_ZONE"),
        ("note", json!("x".repeat(4001)), "NOTE_TOO_LONG"),
        ("score", json!("three"), "BAD_USER_INPUT"),
    ];
    for (field, value, code) in cases {
        let mut input = good.clone();
        input[field] = value;
        assert_eq!(ada.client.refusal("logMood", LOG_MOOD, input).await, code);
    }
    let me = ada.client.data(ME, Value::Null).await;
    assert_eq!(me["me"]["moods"]["edges"], json!([]));
    world.finish().await;
}

async fn a_cursor_that_is_none_is_refused(world: World) {
    let ada = world.client().register("ada").await;
    let paged =
        ada.client.graphql("{ me { moods(after: \"nonsense\") { edges { cursor } } } }", Value::Null).await;
    assert_eq!(paged["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{paged:#}");
    let mut socket = ada.client.socket().await;
    let payload = json!({ "query": HUG_EVENTS, "variables": { "after": "nonsense" } });
    socket.send(json!({ "type": "subscribe", "id": "hugs", "payload": payload })).await;
    let refused = socket.receive().await.to_string();
    assert!(refused.contains("BAD_USER_INPUT"), "{refused}");
    world.finish().await;
}
