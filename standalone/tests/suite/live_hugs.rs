//! The first journey: register, hug, and watch the hug arrive.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::{LOG_MOOD, LOGIN, ME, PASSWORD, REFRESH},
    journeys,
    world::World,
};

/// How long a stream may outlive the session that opened it.
const STREAMS_END_WITHIN: Duration = Duration::from_secs(2);

journeys!(
    a_hug_arrives_live_and_what_was_missed_is_replayed_once,
    a_restart_in_between_changes_nothing,
    somebody_new_sees_themselves_across_all_subgraphs,
    a_refresh_token_is_good_for_one_use,
    logging_out_ends_the_access_token_at_once,
    the_same_hug_sent_twice_by_an_offline_client_is_one_hug,
);

async fn a_hug_arrives_live_and_what_was_missed_is_replayed_once(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let mut socket = ada.watch(None).await;
    let arrived = bo.hug_until_seen(&ada, &mut socket).await;
    assert_eq!(arrived["kind"], "RECEIVED");
    assert_eq!(arrived["hug"]["sender"]["displayName"], "Bo");
    let cursor = arrived["cursor"].as_str().expect("a cursor").to_owned();
    drop(socket);

    let missed = [bo.hug(&ada, "one").await, bo.hug(&ada, "two").await];
    let mut socket = ada.watch(Some(&cursor)).await;
    for hug in &missed {
        assert_eq!(socket.next_hug().await["hug"]["id"], hug["hug"]["id"]);
    }
    let live = bo.hug(&ada, "three").await;
    assert_eq!(socket.next_hug().await["hug"]["id"], live["hug"]["id"]);
    world.finish().await;
}

async fn a_restart_in_between_changes_nothing(mut world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let mut socket = ada.watch(None).await;
    let arrived = bo.hug_until_seen(&ada, &mut socket).await;
    let cursor = arrived["cursor"].as_str().expect("a cursor").to_owned();
    drop(socket);
    let before = bo.hug(&ada, "before").await;
    world.restart().await;
    let after = bo.hug(&ada, "after").await;
    let mut socket = ada.watch(Some(&cursor)).await;
    for hug in [before, after] {
        let event = socket.next_hug().await;
        assert_eq!(event["hug"]["id"], hug["hug"]["id"]);
        assert_eq!(event["hug"]["sender"]["username"], "bo");
    }
    world.finish().await;
}

async fn somebody_new_sees_themselves_across_all_subgraphs(world: World) {
    let ada = world.client().register("ada").await;
    let input = json!({
        "score": 4, "valence": 0.5, "energy": -0.25, "note": "A walk", "tags": ["outdoors"],
        "occurredAt": null, "timezone": "Asia/Kathmandu",
    });
    let logged = ada.client.data(LOG_MOOD, json!({ "i": input })).await;
    assert_eq!(logged["logMood"]["errors"], json!([]));
    assert_eq!(logged["logMood"]["mood"]["score"], 4);
    let me = ada.client.data(ME, Value::Null).await["me"].take();
    assert_eq!(me["id"], ada.id.as_str());
    assert_eq!(me["account"]["email"], ada.email.as_str());
    assert_eq!(me["hugStats"], json!({ "sent": 0, "received": 0 }));
    assert_eq!(me["moods"]["edges"][0]["node"]["note"], "A walk");
    assert_eq!(me["moods"]["pageInfo"]["hasNextPage"], false);
    assert_eq!(
        me["streaks"],
        json!([{ "kind": "MOOD_LOGGING", "current": 1, "longest": 1, "state": "ACTIVE" }])
    );
    let anonymous = world.client().data(ME, Value::Null).await;
    assert_eq!(anonymous["me"], Value::Null);
    world.finish().await;
}

async fn a_refresh_token_is_good_for_one_use(world: World) {
    let ada = world.client().register("ada").await;
    let input = json!({ "email": ada.email, "password": PASSWORD });
    let logged_in = world.client().data(LOGIN, json!({ "i": input })).await;
    assert_eq!(logged_in["login"]["user"]["id"], ada.id.as_str());
    let refreshed = world.client().data(REFRESH, json!({ "t": ada.refresh_token })).await;
    let access = refreshed["refreshTokens"]["tokens"]["accessToken"].as_str().expect("a new token");
    assert_eq!(world.client().with_token(access).data(ME, Value::Null).await["me"]["id"], ada.id.as_str());
    let child = refreshed["refreshTokens"]["tokens"]["refreshToken"].as_str().expect("a new token");
    assert_ne!(child, ada.refresh_token);
    let nonsense = world.client().data(REFRESH, json!({ "t": "nonsense" })).await;
    assert_eq!(nonsense["refreshTokens"]["errors"][0]["code"], "REFRESH_TOKEN_INVALID");
    world.finish().await;
}

async fn logging_out_ends_the_access_token_at_once(mut world: World) {
    let ada = world.client().register("ada").await;
    let mut socket = ada.watch(None).await;
    let logged_out = ada.client.data("mutation { logout { errors { code } } }", Value::Null).await;
    assert_eq!(logged_out["logout"]["errors"], json!([]));
    let closed = tokio::time::timeout(STREAMS_END_WITHIN, socket.closed_with()).await;
    assert_eq!(closed.expect("the socket is closed in time"), 4403);
    for restart in [false, true] {
        if restart {
            world.restart().await;
        }
        let (status, answer) = ada.client.post(ME, Value::Null, &[]).await;
        assert_eq!(status.as_u16(), 401, "{answer:#}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    world.finish().await;
}

async fn the_same_hug_sent_twice_by_an_offline_client_is_one_hug(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let type_id = bo.hug_type().await;
    let input =
        json!({ "recipientId": ada.id, "typeId": type_id, "message": "hi", "idempotencyKey": "queued-1" });
    let first = bo.client.data(crate::client::SEND_HUG, json!({ "i": input })).await;
    let second = bo.client.data(crate::client::SEND_HUG, json!({ "i": input })).await;
    assert_eq!(first["sendHug"]["hug"]["id"], second["sendHug"]["hug"]["id"]);
    let stats = ada.client.data("{ me { hugStats { received } } }", Value::Null).await;
    assert_eq!(stats["me"]["hugStats"]["received"], 1);
    let mut other = input.clone();
    other["message"] = json!("something else");
    assert_eq!(bo.client.refusal("sendHug", crate::client::SEND_HUG, other).await, "IDEMPOTENCY_KEY_REUSED");
    world.finish().await;
}
