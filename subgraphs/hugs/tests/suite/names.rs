//! What people are called, where a hug is shown: as `users` would have it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse as _, routing::post};
use clock::Clock as _;
use events::{
    auth::{UserErased, UserRegistered},
    users::{HugPolicyAction, ProfileUpdated},
};
use hugs::Hugs;
use ids::UserId;
use questions::{
    Question as _,
    users::{NamedPerson, Names, NamesOf, NamesOfPeople},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use testkit::{TestApp, TestDatabase, eventually};

use crate::world::{World, next_event};

const RECEIVED: &str = "{ hugs(direction: RECEIVED, first: 100) { edges { node {
    sender { id username displayName } recipient { username } } } } }";
const PEOPLE: &str =
    "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { username displayName } } }";

/// `users`, as far as hugs asks it.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    names: HashMap<UserId, String>,
    questions: Vec<Vec<UserId>>,
    is_down: bool,
}

impl Users {
    fn router(&self) -> Router {
        let users = self.clone();
        let answer = move |Json(NamesOf { user_ids }): Json<NamesOf>| async move {
            users.with(|known| {
                known.questions.push(user_ids.clone());
                if known.is_down {
                    return StatusCode::INTERNAL_SERVER_ERROR.into_response();
                }
                let named = |user_id: &UserId| {
                    let username = known.names.get(user_id)?.clone();
                    let names = Names { display_name: username.to_uppercase(), username };
                    Some(NamedPerson { user_id: *user_id, names })
                };
                Json(NamesOfPeople { people: user_ids.iter().filter_map(named).collect() }).into_response()
            })
        };
        Router::new().route(NamesOf::PATH, post(answer))
    }

    fn with<T>(&self, what: impl FnOnce(&mut Known) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn questions(&self) -> Vec<Vec<UserId>> {
        self.with(|known| known.questions.clone())
    }

    /// A world on a database that another one left behind.
    async fn world_on(&self, database: TestDatabase) -> World {
        World::of(TestApp::builder::<Hugs>().peer("users", self.router()).database(database).start().await)
    }

    /// A world in which nobody asks but readers: what its start asks is over.
    async fn world(&self) -> World {
        let world = World::start().await;
        // A start goes through ids, and is over when it comes to the last of all.
        let last = UserId::from_uuid(uuid::Uuid::max());
        register(&world, last, "").await;
        forget_names(&world).await;
        let database = world.stop().await;
        self.with(|known| known.names.insert(last, "last".to_owned()));
        let world = self.world_on(database).await;
        until_there_are(&world, "last", 1).await;
        self.with(|known| known.questions.clear());
        world
    }
}

/// Waits until so many people have the username.
async fn until_there_are(world: &World, username: &str, number: i64) {
    eventually("the names to be known", || async {
        let count = format!("SELECT COUNT(*) AS number FROM people WHERE username = '{username}'");
        let count = Statement::from_string(world.db.backend(), count);
        let row = world.db.reader().query_one_raw(count).await.expect("an answer").expect("a row");
        (row.try_get::<i64>("", "number").expect("a number") == number).then_some(())
    })
    .await;
}

async fn register(world: &World, user_id: UserId, username: &str) {
    let registered_at = world.clock.now();
    let (username, display_name) = (username.to_owned(), username.to_uppercase());
    world.tell(&UserRegistered { user_id, username, display_name, registered_at }).await;
}

/// Takes away the names of those who have an empty one.
async fn forget_names(world: &World) {
    let forget = "UPDATE people SET username = NULL, display_name = NULL WHERE username = ''";
    let transaction = world.db.begin().await.expect("a transaction");
    transaction.execute_unprepared(forget).await.expect("the name is taken away");
    transaction.commit().await.expect("it is committed");
}

/// Somebody of that name who has registered.
async fn named(world: &World, username: &str) -> UserId {
    let user_id = world.new_user();
    register(world, user_id, username).await;
    user_id
}

/// Somebody of whom hugs knows all but the name, as of those who registered before it kept names.
async fn nameless(world: &World) -> UserId {
    let user_id = named(world, "").await;
    forget_names(world).await;
    user_id
}

fn updated(user_id: UserId, username: &str) -> ProfileUpdated {
    let display_name = username.to_uppercase();
    ProfileUpdated { user_id, username: username.to_owned(), display_name }
}

/// The usernames and display names of people, as one of them sees the others.
async fn people(world: &World, viewer: UserId, people: &[UserId]) -> Value {
    let representations: Vec<_> = people.iter().map(|id| json!({ "__typename": "User", "id": id })).collect();
    world.as_user(viewer).data(PEOPLE, json!({ "r": representations })).await["_entities"].take()
}

fn both(username: &str) -> Value {
    json!({ "username": username, "displayName": username.to_uppercase() })
}

fn nobody() -> Value {
    json!({ "username": null, "displayName": null })
}

async fn senders(world: &World, recipient: UserId) -> Vec<Value> {
    let mut page = world.as_user(recipient).data(RECEIVED, json!({})).await;
    let edges = page["hugs"]["edges"].as_array_mut().expect("edges");
    edges.iter_mut().map(|edge| edge["node"]["sender"].take()).collect()
}

#[tokio::test]
async fn a_hug_names_its_two_parties_in_lists_and_live_and_no_anonymous_sender() {
    let users = Users::default();
    let world = users.world().await;
    let (ada, bo) = (named(&world, "ada").await, named(&world, "bo").await);
    let query = "subscription { hugEvents { hug { sender { username } recipient { displayName } } } }";
    let mut live = world.as_user(ada).subscribe(query, json!({})).await;
    live.expect_quiet().await;
    world.hug(bo, ada).await;
    let hug = json!({ "sender": { "username": "bo" }, "recipient": { "displayName": "ADA" } });
    assert_eq!(next_event(&mut live).await["hug"], hug);
    world.hug_anonymously(bo, ada).await;
    let bo_named = json!({ "id": bo, "username": "bo", "displayName": "BO" });
    assert_eq!(senders(&world, ada).await, [Value::Null, bo_named]);
    assert_eq!(users.questions(), [] as [Vec<UserId>; 0]);
    world.finish().await;
}

#[tokio::test]
async fn the_latest_word_of_users_holds_in_whatever_order_it_comes() {
    let world = World::start().await;
    let ada = world.new_user();
    let first = world.envelope(&updated(ada, "first"));
    let second = world.envelope(&updated(ada, "second"));
    let registered_at = world.clock.now();
    let registered = UserRegistered {
        user_id: ada,
        username: "registered".into(),
        display_name: "R".into(),
        registered_at,
    };
    world.tell_envelope(second).await;
    assert_eq!(people(&world, ada, &[ada]).await, json!([both("second")]));
    world.tell_envelope(first).await;
    world.tell(&registered).await;
    assert_eq!(people(&world, ada, &[ada]).await, json!([both("second")]));
    world.tell(&updated(ada, "third")).await;
    assert_eq!(people(&world, ada, &[ada]).await, json!([both("third")]));

    let bo = named(&world, "bo").await;
    world.tell(&updated(bo, "bob")).await;
    assert_eq!(people(&world, ada, &[bo]).await, json!([both("bob")]));
    world.finish().await;
}

#[tokio::test]
async fn a_blocked_pair_and_who_is_gone_have_no_names() {
    let users = Users::default();
    let world = users.world().await;
    let (ada, bo, cy) = (named(&world, "ada").await, named(&world, "bo").await, named(&world, "cy").await);
    world.block(ada, bo).await;
    assert_eq!(people(&world, ada, &[bo, cy]).await, json!([nobody(), both("cy")]));
    assert_eq!(people(&world, bo, &[ada, cy]).await, json!([nobody(), both("cy")]));
    let ended = world.envelope(&updated(cy, "late"));
    world.tell(&UserErased { user_id: cy, erased_at: world.clock.now() }).await;
    world.tell_envelope(ended).await;
    assert_eq!(people(&world, ada, &[cy]).await, json!([nobody()]));
    world.finish().await;
}

#[tokio::test]
async fn of_whom_it_was_not_told_users_is_asked_once() {
    let users = Users::default();
    let world = users.world().await;
    let (ada, bo, cy) = (named(&world, "ada").await, nameless(&world).await, nameless(&world).await);
    users.with(|known| known.names.extend([(bo, "bo".to_owned()), (cy, "cy".to_owned())]));
    for sender in [bo, cy] {
        world.hug(sender, ada).await;
    }
    for _ in 0..2 {
        let named: Vec<_> =
            senders(&world, ada).await.iter().map(|sender| sender["username"].clone()).collect();
        assert_eq!(named, ["cy", "bo"]);
    }
    let asked: Vec<_> = users.questions().iter().map(Vec::len).collect();
    assert_eq!(asked, [2], "one question for all");
    // What is told then is newer than what was asked.
    world.tell(&updated(bo, "bob")).await;
    assert_eq!(people(&world, ada, &[bo]).await, json!([both("bob")]));
    // Who has no profile there has no name here.
    assert_eq!(people(&world, ada, &[world.new_user()]).await, json!([nobody()]));
    world.finish().await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_while_users_is_down_is_an_error_and_no_null() {
    let users = Users::default();
    let world = users.world().await;
    let (ada, bo, cy) = (named(&world, "ada").await, nameless(&world).await, named(&world, "cy").await);
    users.with(|known| (known.is_down, known.names) = (true, HashMap::from([(bo, "bo".to_owned())])));
    for sender in [bo, cy] {
        world.hug(sender, ada).await;
    }
    let query = "{ hugs(direction: RECEIVED) { edges { node { sender { username } } } } }";
    let answer = world.as_user(ada).graphql(query, json!({})).await;
    let senders = &answer["data"]["hugs"]["edges"];
    assert_eq!(senders[0]["node"]["sender"], json!({ "username": "cy" }));
    assert_eq!(senders[1]["node"]["sender"], json!({ "username": null }));
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UPSTREAM_UNAVAILABLE");
    users.with(|known| known.is_down = false);
    assert_eq!(people(&world, ada, &[bo]).await, json!([both("bo")]));
    world.finish().await;
}

#[tokio::test]
async fn a_start_learns_the_names_of_those_who_were_there_before() {
    let (users, world) = (Users::default(), World::start().await);
    let ada = named(&world, "ada").await;
    let before = [nameless(&world).await, nameless(&world).await];
    let database = world.stop().await;
    users.with(|known| known.names.extend(before.map(|id| (id, "bo".to_owned()))));
    let world = users.world_on(database).await;
    until_there_are(&world, "bo", 2).await;
    users.with(|known| known.is_down = true);
    assert_eq!(people(&world, ada, &before).await, json!([both("bo"), both("bo")]));
    world.finish().await;
}

#[tokio::test]
async fn the_names_of_many_take_as_many_statements_as_those_of_one() {
    let world = World::start().await;
    let ada = named(&world, "ada").await;
    world.policy(ada, HugPolicyAction::Accept, HugPolicyAction::Accept).await;
    let mut counts = Vec::new();
    for number in 0..12 {
        world.hug(named(&world, &format!("person{number}")).await, ada).await;
        let watch = world.watch();
        assert_eq!(senders(&world, ada).await.len(), number + 1);
        counts.push(watch.statements().texts().filter(|text| text.contains("display_name")).count());
    }
    assert_eq!(counts, [1; 12]);
    world.finish().await;
}
