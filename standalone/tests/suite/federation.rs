//! What federation's directives are there for, each seen by a client that would be answered otherwise without it. `@override`,
//! `@interfaceObject`, `@authenticated` and `@requiresScopes` have their journeys where they are used: `streaks`, `social`,
//! `authorization` and `people`; `@key(fields: "username")`, `@tag` and what is `@inaccessible` for others have theirs in `supergraphs`.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::{
    client::{BLOCK, LOG_MOOD, PASSWORD, Person, REGISTER, SEND_HUG, until},
    journeys,
    world::{Shape, World},
};

journeys!(
    moods_learn_when_their_owner_was_hugged_by_the_requirement_of_the_field,
    what_services_alone_need_of_each_other_is_no_clients_to_ask_for,
    what_two_services_share_is_one_type_to_clients,
    who_registers_is_named_before_anybody_else_knows_them,
    hugs_are_of_people_as_they_are_called_now_and_of_nobody_who_hides,
    nobody_asks_users_who_sent_a_hug,
    a_day_with_moods_is_numbered_by_the_streak_that_it_belongs_to,
);

const RECEIVED: &str = "{ hugs(direction: RECEIVED) { edges { node { sender { id username displayName } recipient { username } } } } }";

/// Who sent the hugs of an answer to `RECEIVED`.
fn senders(data: &Value) -> Vec<Value> {
    let edges = data["hugs"]["edges"].as_array().unwrap_or_else(|| panic!("no hugs: {data:#}"));
    edges.iter().map(|edge| edge["node"]["sender"].clone()).collect()
}

fn named(person: &Person, username: &str, display_name: &str) -> Value {
    json!({ "id": person.id, "username": username, "displayName": display_name })
}

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

async fn hugs_are_of_people_as_they_are_called_now_and_of_nobody_who_hides(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let cy = world.client().register("cy").await;
    bo.hug(&ada, "by name").await;
    let type_id = bo.hug_type().await;
    let anonymous = json!({ "i": { "recipientId": ada.id, "typeId": type_id, "anonymous": true } });
    bo.client.data(SEND_HUG, anonymous).await;
    cy.hug(&ada, "by name, too").await;
    let seen = ada.client.data(RECEIVED, Value::Null).await;
    assert_eq!(senders(&seen), [named(&cy, "cy", "Cy"), Value::Null, named(&bo, "bo", "Bo")]);
    assert_eq!(seen["hugs"]["edges"][0]["node"]["recipient"], json!({ "username": "ada" }));

    let rename = "mutation U($i: UpdateProfileInput!) { updateProfile(input: $i) { errors { code } } }";
    let names = json!({ "i": { "username": "robert", "displayName": "Robert" } });
    assert_eq!(bo.client.data(rename, names).await["updateProfile"]["errors"], json!([]));
    let renamed = named(&bo, "robert", "Robert");
    until(&ada.client, RECEIVED, |answer| senders(&answer["data"]).contains(&renamed)).await;

    ada.client.data(BLOCK, json!({ "u": cy.id })).await;
    assert_eq!(senders(&ada.client.data(RECEIVED, Value::Null).await), [Value::Null, renamed]);
    world.finish().await;
}

/// Takes what `users` knows of people away behind its back, or brings it back.
async fn rename(world: &World, from: &str, to: &str) {
    let database = world.database("users").await;
    let work = database.begin().await.expect("a transaction begins");
    work.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.expect("the table is there");
    work.commit().await.expect("the transaction commits");
    database.close().await.expect("the database closes");
}

async fn nobody_asks_users_who_sent_a_hug(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    bo.hug(&ada, "hello").await;
    rename(&world, "profiles", "profiles_away").await;
    let seen = ada.client.graphql(RECEIVED, Value::Null).await;
    assert!(seen.get("errors").is_none(), "{seen:#}");
    assert_eq!(senders(&seen["data"]), [named(&bo, "bo", "Bo")]);
    let asked = ada.client.graphql("{ me { username } }", Value::Null).await;
    assert!(asked["errors"].is_array(), "users can't answer: {asked:#}");
    rename(&world, "profiles_away", "profiles").await;
    world.finish().await;
}

#[tokio::test]
async fn hugs_say_who_sent_them_while_users_is_down() {
    let mut world = World::start(Shape::ManyProcesses).await;
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    bo.hug(&ada, "hello").await;
    // What was told is known, and nobody asks who it was.
    until(&ada.client, RECEIVED, |answer| senders(&answer["data"]) == [named(&bo, "bo", "Bo")]).await;
    world.processes().expect("many processes").kill("users").await;
    let seen = ada.client.graphql(RECEIVED, Value::Null).await;
    assert!(seen.get("errors").is_none(), "{seen:#}");
    assert_eq!(senders(&seen["data"]), [named(&bo, "bo", "Bo")]);
    // What hugs doesn't provide is missed, and nothing else is.
    let with_bio = "{ hugs(direction: RECEIVED) { edges { node { sender { username bio } } } } }";
    let seen = ada.client.graphql(with_bio, Value::Null).await;
    assert_eq!(senders(&seen["data"]), [json!({ "username": "bo", "bio": null })]);
    assert_eq!(seen["errors"][0]["extensions"]["service"], "users", "{seen:#}");
    world.processes().expect("many processes").start_subgraph("users").await;
    world.finish().await;
}

async fn a_day_with_moods_is_numbered_by_the_streak_that_it_belongs_to(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    for (day, score) in [("2026-01-01", 2), ("2026-01-02", 3), ("2026-01-04", 5)] {
        let input = json!({
            "score": score, "occurredAt": format!("{day}T12:00:00Z"), "timezone": "UTC", "visibility": "PUBLIC",
        });
        let logged = ada.client.data(LOG_MOOD, json!({ "i": input })).await;
        assert_eq!(logged["logMood"]["errors"], json!([]), "{logged:#}");
    }
    let calendar = "{ me { moodCalendar(from: \"2026-01-01\", to: \"2026-01-31\") { date score streakDay user { username } } } }";
    let day = |date, score: f64, number: Option<i32>| json!({ "date": date, "score": score, "streakDay": number, "user": { "username": "ada" } });
    let days = json!([
        day("2026-01-01", 2.0, Some(1)),
        day("2026-01-02", 3.0, Some(2)),
        day("2026-01-04", 5.0, Some(1)),
    ]);
    until(&ada.client, calendar, |answer| answer["data"]["me"]["moodCalendar"] == days).await;
    let of_ada = "query C($id: ID!) { user(id: $id) { moodCalendar(from: \"2026-01-02\", to: \"2026-01-03\") { date streakDay } } }";
    let seen = bo.client.data(of_ada, json!({ "id": ada.id })).await;
    assert_eq!(seen["user"]["moodCalendar"], json!([{ "date": "2026-01-02", "streakDay": null }]));
    world.finish().await;
}
