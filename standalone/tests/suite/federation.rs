//! What federation's directives are there for, each seen by a client that would be answered otherwise without it. `@override`,
//! `@interfaceObject`, `@authenticated` and `@requiresScopes` have their journeys where they are used: `streaks`, `social`,
//! `authorization` and `people`.

use serde_json::{Value, json};

use crate::{
    client::{LOG_MOOD, PASSWORD, REGISTER},
    journeys,
    world::World,
};

journeys!(
    moods_learn_when_their_owner_was_hugged_by_the_requirement_of_the_field,
    what_services_alone_need_of_each_other_is_no_clients_to_ask_for,
    what_two_services_share_is_one_type_to_clients,
    who_registers_is_named_before_anybody_else_knows_them,
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
    let effect =
        "query E { me { hugEffect { aroundHugs { ... on InsufficientData { have need } } caveat } } }";
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
        assert!(
            answer["data"].is_null() && answer["errors"][0]["message"].is_string(),
            "{field}: {answer:#}"
        );
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

async fn who_registers_is_named_before_anybody_else_knows_them(world: World) {
    // Their profile is made when `users` hears of them; what `auth` provides needs no profile.
    let input = json!({
        "email": "ada@example.org", "username": "ada", "displayName": "Ada", "password": PASSWORD,
    });
    let mut registered = world.client().data(REGISTER, json!({ "i": input })).await["register"].take();
    registered["user"]["id"].take();
    assert_eq!(registered["user"], json!({ "id": null, "username": "ada", "displayName": "Ada" }));
    world.finish().await;
}
