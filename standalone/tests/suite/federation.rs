//! What federation's directives are there for, each seen by a client that would be answered otherwise without it. `@override`,
//! `@interfaceObject`, `@authenticated` and `@requiresScopes` have their journeys where they are used: `streaks`, `social`,
//! `authorization` and `people`.

use serde_json::{Value, json};

use crate::{
    client::{LOG_MOOD, PASSWORD, until},
    journeys,
    world::{Shape, World},
};

journeys!(
    moods_learn_when_their_owner_was_hugged_by_the_requirement_of_the_field,
    what_services_alone_need_of_each_other_is_no_clients_to_ask_for,
    what_two_services_share_is_one_type_to_clients,
);

async fn moods_learn_when_their_owner_was_hugged_by_the_requirement_of_the_field(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let log = async || {
        let logged = ada.client.data(LOG_MOOD, json!({ "i": { "score": 3 } })).await;
        assert_eq!(logged["logMood"]["errors"], json!([]), "{logged:#}");
    };
    log().await;
    bo.hug(&ada, "between two moods").await;
    log().await;
    let effect = "query E { me { hugEffect { aroundHugs { ... on InsufficientData { have need } } caveat } } }";
    let found = ada.client.data(effect, Value::Null).await["me"]["hugEffect"].take();
    assert_eq!(found["aroundHugs"], json!({ "have": 1, "need": 10 }), "{found:#}");
    let of_ada = "query O($id: ID!) { user(id: $id) { username hugEffect { caveat } } }";
    let seen = bo.client.data(of_ada, json!({ "id": ada.id })).await;
    assert_eq!(seen["user"], json!({ "username": "ada", "hugEffect": null }));
    world.finish().await;
}

async fn what_services_alone_need_of_each_other_is_no_clients_to_ask_for(world: World) {
    let ada = world.client().register("ada").await;
    for field in ["timezone", "dayStartHour", "hugPolicy { anonymous }", "receivedHugInstants"] {
        let answer = ada.client.graphql(&format!("{{ me {{ {field} }} }}"), Value::Null).await;
        assert!(answer["data"].is_null() && answer["errors"][0]["message"].is_string(), "{field}: {answer:#}");
    }
    let introspection = "query I { __type(name: \"User\") { fields { name } } }";
    let fields = ada.client.data(introspection, Value::Null).await["__type"]["fields"].to_string();
    assert!(fields.contains("\"hugEffect\"") && !fields.contains("receivedHugInstants"), "{fields}");
    world.finish().await;
}

async fn what_two_services_share_is_one_type_to_clients(world: World) {
    let ada = world.client().register("ada").await;
    // Five services answer with one PageInfo, in one answer.
    let pages = "query P { me {
        moods(first: 1) { pageInfo { ...Page } } followers(first: 1) { pageInfo { ...Page } }
        pointsHistory(first: 1) { pageInfo { ...Page } }
    } hugs(first: 1) { pageInfo { ...Page } } users(search: \"ada\", first: 1) { pageInfo { ...Page } } }
    fragment Page on PageInfo { __typename hasNextPage }";
    let answer = ada.client.data(pages, Value::Null).await;
    let page = json!({ "__typename": "PageInfo", "hasNextPage": false });
    for of_list in [
        &answer["me"]["moods"],
        &answer["me"]["followers"],
        &answer["me"]["pointsHistory"],
        &answer["hugs"],
        &answer["users"],
    ] {
        assert_eq!(of_list["pageInfo"], page, "{answer:#}");
    }
    world.finish().await;
}

#[tokio::test]
async fn who_logs_in_is_named_though_users_is_down() {
    let mut world = World::start(Shape::ManyProcesses).await;
    let ada = world.client().register("ada").await;
    world.processes().expect("many processes").kill("users").await;
    let login = "mutation L($i: LoginInput!) { login(input: $i) { user { username displayName } errors { code } } }";
    let input = json!({ "i": { "email": ada.email, "password": PASSWORD } });
    let answer = world.client().graphql(login, input).await;
    let expected = json!({ "user": { "username": "ada", "displayName": "Ada" }, "errors": [] });
    assert_eq!(answer["data"]["login"], expected, "{answer:#}");
    world.processes().expect("many processes").start_subgraph("users").await;
    let named = until(&ada.client, "{ me { username } }", |answer| answer.get("errors").is_none()).await;
    assert_eq!(named["data"]["me"]["username"], "ada");
    world.finish().await;
}
