//! Supergraphs that others make of ours: with subgraphs of their own, or without a part of it. They need a gateway of its own, since
//! one process has ours built in.

use std::path::Path;

use async_graphql::{EmptyMutation, EmptySubscription, ID, Object, ObjectType, Schema, SimpleObject};
use axum::{Json, Router, routing::post};
use federation_composition::{
    CompositionResult, SchemaContractFilter, ServiceDefinition, compose_schema_contract, compose_services,
    graphql_core,
};
use graphql::TimeZone;
use serde_json::{Value, json};
use service::{bind, serve};
use testkit::free_port;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    client::{BLOCK, Client, until},
    world::{SUBGRAPHS, Shape, World},
};

/// A guestbook, which knows people by their usernames alone.
mod guestbook {
    use super::{Object, SimpleObject};

    #[derive(SimpleObject)]
    #[graphql(unresolvable = "username")]
    struct User {
        username: String,
    }

    #[derive(SimpleObject)]
    struct GuestbookEntry {
        author: Option<User>,
        text: String,
    }

    pub(super) struct Query;

    #[Object]
    impl Query {
        async fn guestbook(&self) -> Vec<GuestbookEntry> {
            let entry = |username: &str| {
                let author = Some(User { username: username.to_owned() });
                GuestbookEntry { author, text: format!("{username} was here") }
            };
            ["ada", "bo", "nobody"].map(entry).into()
        }
    }
}

/// Mornings, which depend on what `users` knows of people and shows to no client.
mod mornings {
    use super::{ID, Object, TimeZone};

    struct User {
        id: ID,
        timezone: Option<TimeZone>,
        day_start_hour: Option<i32>,
    }

    #[Object]
    impl User {
        async fn id(&self) -> &ID {
            &self.id
        }

        #[graphql(external)]
        async fn timezone(&self) -> Option<&TimeZone> {
            self.timezone.as_ref()
        }

        #[graphql(external)]
        async fn day_start_hour(&self) -> Option<i32> {
            self.day_start_hour
        }

        #[graphql(requires = "timezone dayStartHour")]
        async fn morning(&self) -> Option<String> {
            Some(format!("at {} in {}", self.day_start_hour?, self.timezone.as_ref()?.0))
        }
    }

    pub(super) struct Query;

    #[Object]
    impl Query {
        async fn is_morning_somewhere(&self) -> bool {
            true
        }

        #[graphql(entity)]
        async fn find_user_by_id(
            &self,
            #[graphql(key)] id: ID,
            timezone: Option<TimeZone>,
            day_start_hour: Option<i32>,
        ) -> User {
            User { id, timezone, day_start_hour }
        }
    }
}

/// Somebody else's subgraph, serving.
struct Subgraph {
    definition: ServiceDefinition,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Subgraph {
    async fn start(name: &str, query: impl ObjectType + 'static) -> Self {
        let schema: Schema<_, EmptyMutation, EmptySubscription> =
            graphql::schema(query, EmptyMutation, EmptySubscription).finish();
        let sdl = graphql_core::parse(&graphql::sdl(&schema)).expect("the schema parses");
        let answer = move |Json(request): Json<async_graphql::Request>| async move {
            Json(schema.execute(request).await)
        };
        let router = Router::new().route("/graphql", post(answer));
        let port = free_port();
        let listener = bind([127, 0, 0, 1].into(), port).await.expect("the port is free");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, router, stop.clone()));
        let definition =
            ServiceDefinition::new(name, sdl).with_url(format!("http://127.0.0.1:{port}/graphql"));
        Self { definition, stop, serving }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.serving.await.expect("the server ends well").expect("the server ends well");
    }
}

/// Our subgraphs as they are committed. The gateway knows where they are.
fn ours() -> Vec<ServiceDefinition> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/subgraphs");
    let definition = |name: &str| {
        let sdl = std::fs::read_to_string(folder.join(name).with_extension("graphql")).expect("a schema");
        ServiceDefinition::new(name, graphql_core::parse(&sdl).expect("the schema parses"))
    };
    SUBGRAPHS.map(definition).into()
}

fn supergraph(composed: CompositionResult) -> String {
    match composed {
        CompositionResult::Success(success) => success.supergraph_sdl().to_owned(),
        CompositionResult::Failure(failure) => panic!("the subgraphs don't compose:\n{failure}"),
    }
}

/// A world whose gateway serves our subgraphs and this one.
async fn joined(subgraph: &Subgraph) -> World {
    let mut world = World::start(Shape::ManyProcesses).await;
    let mut services = ours();
    services.push(subgraph.definition.clone());
    let supergraph = supergraph(compose_services(&services).expect("composition runs"));
    world.processes().expect("many processes").replace_supergraph(|_| supergraph).await;
    world
}

/// Waits until clients see the field of `Query`.
async fn until_there_is(client: &Client, field: &str) {
    let fields = "{ __type(name: \"Query\") { fields { name } } }";
    let has = |answer: &Value| answer["data"].to_string().contains(&format!("\"{field}\""));
    until(client, fields, has).await;
}

#[tokio::test]
async fn whoever_knows_people_by_their_usernames_shows_them_as_users_does() {
    let guestbook = Subgraph::start("guestbook", guestbook::Query).await;
    let world = joined(&guestbook).await;
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    until_there_is(&ada.client, "guestbook").await;
    let query = "{ guestbook { text author { id displayName } } }";
    let authors = async |client: &Client| {
        let answer = client.graphql(query, Value::Null).await;
        let entries = answer["data"]["guestbook"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        entries.iter().map(|entry| entry["author"].clone()).collect::<Vec<_>>()
    };
    let named = |person: &crate::client::Person, name: &str| json!({ "id": person.id, "displayName": name });
    assert_eq!(authors(&ada.client).await, [named(&ada, "Ada"), named(&bo, "Bo"), Value::Null]);
    ada.client.data(BLOCK, json!({ "u": bo.id })).await;
    assert_eq!(authors(&ada.client).await, [named(&ada, "Ada"), Value::Null, Value::Null]);
    assert_eq!(authors(&bo.client).await, [Value::Null, named(&bo, "Bo"), Value::Null]);
    guestbook.stop().await;
    world.finish().await;
}

#[tokio::test]
async fn a_subgraph_that_keeps_no_settings_requires_them_and_no_client_sees_them() {
    let mornings = Subgraph::start("mornings", mornings::Query).await;
    let world = joined(&mornings).await;
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let settings =
        "mutation U($i: UpdateSettingsInput!) { updateSettings(input: $i) { errors { code path } } }";
    let changed = json!({ "i": { "timezone": "Asia/Kathmandu", "dayStartHour": 4 } });
    assert_eq!(ada.client.data(settings, changed).await["updateSettings"]["errors"], json!([]));
    until_there_is(&bo.client, "isMorningSomewhere").await;
    let morning = "query M($id: ID!) { user(id: $id) { morning } }";
    let seen = bo.client.data(morning, json!({ "id": ada.id })).await;
    assert_eq!(seen["user"], json!({ "morning": "at 4 in Asia/Kathmandu" }));
    let asked =
        bo.client.graphql("query Z($id: ID!) { user(id: $id) { timezone } }", json!({ "id": ada.id })).await;
    assert!(asked["data"].is_null() && asked["errors"][0]["message"].is_string(), "{asked:#}");
    mornings.stop().await;
    world.finish().await;
}

#[tokio::test]
async fn a_contract_without_what_is_personal_has_people_and_no_settings() {
    let mut world = World::start(Shape::ManyProcesses).await;
    let ada = world.client().register("ada").await;
    let settings = "{ me { username settings { timezone } } }";
    assert_eq!(ada.client.data(settings, Value::Null).await["me"]["settings"], json!({ "timezone": "UTC" }));
    let without = SchemaContractFilter::new([""; 0], ["personal"]);
    let contract = compose_schema_contract(&ours(), &without, true).expect("composition runs");
    let contract = supergraph(contract);
    world.processes().expect("many processes").replace_supergraph(|_| contract).await;
    let refused = until(&ada.client, settings, |answer| answer["data"].is_null()).await;
    assert!(refused["errors"][0]["message"].to_string().contains("settings"), "{refused:#}");
    let me = ada.client.data("{ me { username presence } }", Value::Null).await;
    assert_eq!(me["me"]["username"], "ada");
    world.finish().await;
}
