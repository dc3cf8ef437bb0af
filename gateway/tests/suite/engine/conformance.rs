//! Supergraphs, one for each feature and each nasty combination, held against a monolith with the same data.
//!
//! Subgraphs and gateway are real servers. A subgraph is strict: it panics, and the test with it, when it is sent an
//! invalid operation, an undeclared variable, the same representation twice, one without its key or without what it
//! requires, or is asked for what it doesn't resolve.

mod abstract_types;
mod entities;
mod faults;
mod memory;
mod merging;
mod narrowing;
mod operations;
mod overrides;
mod random;
mod requirements;
mod schemas;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clock::SystemClock;
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use gateway::config::Config;
use gateway::{Gateway, GatewayOptions};
use graphql_tools::static_graphql::schema;
use http::{StatusCode, header};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::data::{Dataset, View, composite_types, has, text_argument};
use super::subgraph::Subgraph;

/// What a supergraph is made of.
pub(crate) struct Supergraph {
    subgraphs: Vec<Subgraph>,
    data: Json,
    config: String,
}

/// No breaker, nothing tried again, no limits that a random operation would meet.
const CONFIG: &str = "
traffic: { retries: 0, breaker: { failures: 1000000 } }
operations: { max_depth: 60, max_aliases: 4000, max_directives: 4000, max_fields: 20000, max_root_fields: 1000 }
";

impl Supergraph {
    pub(crate) fn new(subgraphs: &[(&'static str, &str)], data: Json) -> Self {
        let subgraphs = subgraphs.iter().map(|(name, sdl)| Subgraph::new(name, sdl)).collect();
        Self { subgraphs, data, config: CONFIG.to_owned() }
    }

    /// With one more subgraph, which was written for Federation 1.
    pub(crate) fn federation_1(mut self, name: &'static str, sdl: &str) -> Self {
        self.subgraphs.push(Subgraph::federation_1(name, sdl));
        self
    }

    /// With more to say in `operations`.
    pub(crate) fn operations(mut self, config: &str) -> Self {
        self.config = self.config.replace("operations: {", &format!("operations: {{ {config},"));
        self
    }

    pub(crate) async fn start(self) -> Conformance {
        let mut listeners = HashMap::new();
        for subgraph in &self.subgraphs {
            listeners.insert(subgraph.name, TcpListener::bind(("127.0.0.1", 0)).await.expect("a port"));
        }
        let url = |name: &str| {
            format!(
                "http://{}/graphql",
                listeners[name].local_addr().expect("a bound listener has an address")
            )
        };
        let (supergraph_sdl, api) = self.compose(&url);
        let monolith = Subgraph::new("monolith", &api);
        let mut owners = Owners::default();
        for subgraph in &self.subgraphs {
            owners.add(subgraph.name, subgraph.schema(), monolith.schema());
        }
        let dataset = Dataset::new(&self.data, monolith.schema(), owners.requirements.clone());
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(HashMap::new()));
        let mut tasks = Vec::new();
        for subgraph in self.subgraphs {
            let name = subgraph.name;
            let view = Arc::new(View::of_subgraph(name, subgraph.schema(), dataset.clone()));
            let router = serve(subgraph.viewing(view), complaints.clone(), answers.clone());
            let listener = listeners.remove(name).expect("one for each");
            tasks.push(tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle());
        }
        let gateway = Gateway::try_new(GatewayOptions {
            supergraph_sdl,
            config: Config::from_yaml(&self.config).expect("the test's configuration"),
            identity_secret: None,
            transports: HashMap::new(),
            clock: SystemClock::shared(),
        });
        let gateway = gateway.unwrap_or_else(|error| panic!("{error}"));
        let edge = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}/graphql", edge.local_addr().expect("a bound listener has an address"));
        let router = gateway.router();
        tasks.push(tokio::spawn(async move { axum::serve(edge, router).await }).abort_handle());
        let full = Dataset::new(&self.data, monolith.schema(), owners.requirements.clone());
        let view = Arc::new(View::of_all(monolith.schema(), full.clone(), owners.finished()));
        let monolith = monolith.viewing(view.clone());
        let datasets = [dataset, full];
        let client = reqwest::Client::new();
        Conformance { monolith, view, datasets, url, client, complaints, answers, tasks, gateway }
    }

    fn compose(&self, url: &dyn Fn(&str) -> String) -> (String, String) {
        let services: Vec<_> = self
            .subgraphs
            .iter()
            .map(|subgraph| {
                let document = graphql_core::parse(subgraph.sdl()).expect("the subgraph's SDL parses");
                ServiceDefinition::new(subgraph.name, document).with_url(url(subgraph.name))
            })
            .collect();
        match compose_services(&services).expect("composition runs") {
            CompositionResult::Success(success) => {
                let api = success.public_sdl().expect("a public schema").to_owned();
                (success.supergraph_sdl().to_owned(), api)
            }
            CompositionResult::Failure(failure) => panic!("the subgraphs do not compose:\n{failure}"),
        }
    }
}

/// Who resolves which field, so that a monolith can fail what depends on one subgraph alone.
#[derive(Default)]
struct Owners {
    by_field: HashMap<String, HashSet<String>>,
    requirements: HashMap<String, String>,
    overridden: Vec<(String, String)>,
}

impl Owners {
    fn add(&mut self, subgraph: &str, sdl: &schema::Document, api: &schema::Document) {
        for (type_name, directives, fields) in composite_types(sdl) {
            let concrete: Vec<&str> = if has(directives, "interfaceObject") {
                let implementations = api.definitions.iter().filter_map(|definition| match definition {
                    schema::Definition::TypeDefinition(schema::TypeDefinition::Object(object))
                        if object.implements_interfaces.iter().any(|name| name == type_name) =>
                    {
                        Some(object.name.as_str())
                    }
                    _ => None,
                });
                implementations.collect()
            } else {
                vec![type_name]
            };
            for field in fields.iter().filter(|field| !has(&field.directives, "external")) {
                let requires = field.directives.iter().find(|directive| directive.name == "requires");
                if let Some(fields) = requires.and_then(|requires| text_argument(requires, "fields")) {
                    for type_name in concrete.iter().copied().chain([type_name]) {
                        self.requirements.insert(format!("{type_name}.{}", field.name), fields.to_owned());
                    }
                }
                for type_name in &concrete {
                    let coordinate = format!("{type_name}.{}", field.name);
                    let from = field.directives.iter().find(|directive| directive.name == "override");
                    if let Some(from) = from.filter(|directive| text_argument(directive, "label").is_none()) {
                        let from = text_argument(from, "from").expect("an override says from where");
                        self.overridden.push((coordinate.clone(), from.to_owned()));
                    }
                    self.by_field.entry(coordinate).or_default().insert(subgraph.to_owned());
                }
            }
        }
    }

    fn finished(mut self) -> HashMap<String, HashSet<String>> {
        for (coordinate, former) in self.overridden {
            if let Some(owners) = self.by_field.get_mut(&coordinate) {
                owners.remove(&former);
            }
        }
        self.by_field
    }
}

/// A status, a content type and a body instead of a GraphQL response.
pub(crate) type Answer = (u16, &'static str, &'static str);
type Answers = Arc<Mutex<HashMap<&'static str, Answer>>>;
type Complaints = Arc<Mutex<Vec<String>>>;

fn serve(subgraph: Subgraph, complaints: Complaints, answers: Answers) -> Router {
    let subgraph = Arc::new(subgraph);
    let answer = async move |body: Bytes| -> Response {
        let fixed = answers.lock().expect("not poisoned").get(subgraph.name).copied();
        if let Some((status, content_type, body)) = fixed {
            let status = StatusCode::from_u16(status).expect("a status");
            return (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        }
        let executed = catch_unwind(AssertUnwindSafe(|| {
            let request: Json = serde_json::from_slice(&body).expect("the body is JSON");
            subgraph.execute(&request).remove(0)
        }));
        match executed {
            Ok(response) => {
                ([(header::CONTENT_TYPE, "application/json")], response.to_string()).into_response()
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                complaints.lock().expect("not poisoned").push(text.unwrap_or_default());
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    };
    Router::new().route("/graphql", post(answer))
}

/// A gateway before its subgraphs, and the monolith it is measured by.
pub(crate) struct Conformance {
    monolith: Subgraph,
    view: Arc<View>,
    /// The subgraphs' and the monolith's.
    datasets: [Arc<Dataset>; 2],
    url: String,
    client: reqwest::Client,
    complaints: Complaints,
    answers: Answers,
    tasks: Vec<AbortHandle>,
    pub(crate) gateway: Gateway,
}

impl Drop for Conformance {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Conformance {
    pub(crate) fn schema(&self) -> &schema::Document {
        self.monolith.schema()
    }

    /// The gateway's answer, whatever its subgraphs think of what they are asked.
    pub(crate) async fn send(&self, query: &str, variables: &Json) -> Json {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = self.client.post(&self.url).header(header::CONTENT_TYPE, "application/json").body(body);
        let response = request.send().await.expect("the gateway answers");
        let text = response.text().await.expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    pub(crate) async fn ask(&self, query: &str, variables: &Json) -> Json {
        let response = self.send(query, variables).await;
        let complaints: Vec<_> = self.complaints.lock().expect("not poisoned").drain(..).collect();
        assert!(complaints.is_empty(), "{query}\n{variables}\n{complaints:#?}");
        response
    }

    /// The federation answers as the monolith does: the same data, and errors at the same places.
    pub(crate) async fn same_with(&self, query: &str, variables: Json) -> Json {
        self.datasets.iter().for_each(|dataset| dataset.start_over());
        let expected = self.monolith.execute(&json!({ "query": query, "variables": variables })).remove(0);
        let actual = self.ask(query, &variables).await;
        let shown = format!("{query}\n{variables}\n{actual:#}");
        // As text: the order of keys counts.
        assert_eq!(actual["data"].to_string(), expected["data"].to_string(), "{shown}");
        assert_eq!(nulled_paths(&actual), nulled_paths(&expected), "{shown}");
        actual
    }

    /// The same, where nothing may go wrong.
    pub(crate) async fn same(&self, queries: &[&str]) {
        for query in queries {
            let answer = self.same_with(query, json!({})).await;
            assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
        }
    }

    /// The answer while one subgraph is down.
    pub(crate) async fn ask_without(&self, subgraph: &'static str, query: &str) -> Json {
        self.answers.lock().expect("not poisoned").insert(subgraph, (500, "text/plain", ""));
        let answer = self.ask(query, &json!({})).await;
        self.answers.lock().expect("not poisoned").remove(subgraph);
        answer
    }

    /// The same, while one subgraph answers nothing but this, and the monolith fails what only that one resolves.
    pub(crate) async fn same_without(&self, subgraph: &'static str, answer: Answer, query: &str) -> Json {
        self.answers.lock().expect("not poisoned").insert(subgraph, answer);
        self.view.fail(Some(subgraph));
        let answer = self.same_with(query, json!({})).await;
        self.view.fail(None);
        self.answers.lock().expect("not poisoned").remove(subgraph);
        answer
    }
}

/// Each error's path up to the null that it explains: of several errors below one null, any may be told.
fn nulled_paths(response: &Json) -> BTreeSet<String> {
    let errors = response["errors"].as_array().cloned().unwrap_or_default();
    let nulled = errors.iter().map(|error| {
        let mut value = &response["data"];
        let mut path = Vec::new();
        for step in error["path"].as_array().into_iter().flatten() {
            if value.is_null() {
                break;
            }
            let index = step.as_u64().and_then(|index| usize::try_from(index).ok());
            let next = index.map_or_else(|| value.get(step.as_str()?), |index| value.get(index));
            path.push(step);
            value = next.unwrap_or_else(|| panic!("{error} leads nowhere in {response:#}"));
        }
        assert!(value.is_null(), "{error} leads to no null in {response:#}");
        json!(path).to_string()
    });
    nulled.collect()
}
