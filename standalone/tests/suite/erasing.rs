//! Somebody who is gone, everywhere.

use ids::UserId;
use serde_json::{Value, json};
use testkit::{eventually, residue_of};

use crate::{
    client::{LOG_MOOD, LOGIN, PASSWORD},
    journeys,
    world::{SUBGRAPHS, World},
};

const FOLLOW: &str = "mutation F($i: FollowInput!) { follow(input: $i) { errors { code } } }";
const LOOK: &str = "query U($id: ID!) { user(id: $id) { id username } me { hugStats { received } } }";

async fn who_is_erased_is_gone_from_every_service(world: World) {
    let client = world.client();
    let (ada, bo) = (client.register("ada").await, client.register("bo").await);
    for (one, other) in [(&ada, &bo), (&bo, &ada)] {
        let followed = one.client.data(FOLLOW, json!({ "i": { "userId": other.id } })).await;
        assert_eq!(followed["follow"]["errors"], json!([]), "{followed:#}");
        let mood = json!({ "i": { "score": 4, "note": "by the sea", "tags": ["sea"] } });
        let logged = one.client.data(LOG_MOOD, mood).await;
        assert_eq!(logged["logMood"]["errors"], json!([]), "{logged:#}");
        let hug = one.hug(other, "Thinking of you").await;
        assert_eq!(hug["errors"], json!([]), "{hug:#}");
    }

    let said = world.operate_on_accounts("erase", &[&ada.email]).await;
    assert!(said.contains(&ada.id), "{said}");
    eventually("every service to have answered", || async {
        (world.operate_on_accounts("erasures", &[]).await == "no erasure is open").then_some(())
    })
    .await;
    for name in SUBGRAPHS {
        let database = world.database(name).await;
        assert_eq!(residue_of(&database, UserId::parse(&ada.id).expect("an id")).await, [""; 0], "{name}");
        database.close().await.expect("the database closes");
    }

    eventually("the gateway to refuse her token", || async {
        let (status, _) = ada.client.post("{ __typename }", Value::Null, &[]).await;
        (status == 401).then_some(())
    })
    .await;
    let login = json!({ "i": { "email": ada.email, "password": PASSWORD } });
    let refused = client.data(LOGIN, login).await;
    assert_eq!(refused["login"]["errors"][0]["code"], "INVALID_CREDENTIALS");
    let seen = bo.client.data(LOOK, json!({ "id": ada.id })).await;
    assert_eq!(seen["user"], Value::Null, "{seen:#}");
    world.finish().await;
}

async fn who_wants_to_be_forgotten_can_think_better_of_it(world: World) {
    let ada = world.client().register("ada").await;
    let request = "mutation R($i: RequestErasureInput!) { requestErasure(input: $i) { account { erasureDueAt } errors { code } } }";
    let wrong = json!({ "password": "eight quiet lighthouses" });
    assert_eq!(ada.client.refusal("requestErasure", request, wrong).await, "PASSWORD_WRONG");
    let right = json!({ "i": { "password": PASSWORD } });
    let asked = ada.client.data(request, right).await["requestErasure"].take();
    assert!(asked["account"]["erasureDueAt"].is_string(), "{asked:#}");
    let due = "query D { me { account { erasureDueAt } } }";
    assert_eq!(ada.client.data(due, Value::Null).await["me"]["account"], asked["account"]);
    let cancel = "mutation C { cancelErasure { account { erasureDueAt } errors { code } } }";
    let cancelled = ada.client.data(cancel, Value::Null).await["cancelErasure"].take();
    assert_eq!(cancelled, json!({ "account": { "erasureDueAt": null }, "errors": [] }));
    world.finish().await;
}

journeys!(who_is_erased_is_gone_from_every_service, who_wants_to_be_forgotten_can_think_better_of_it);
