//! The subgraphs under the load: servers on this machine that run whatever operation a router sends them. An answer is
//! worked out once and remembered, so that they take as little of the machine as they can.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::bail;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::post;
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use graphql_tools::static_graphql::query::{
    Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    TypeCondition, Value,
};
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::dataset::{Dataset, schemas};

/// Four servers; they end when this is dropped.
pub(super) struct Subgraphs {
    servers: Vec<(&'static str, String, SocketAddr, AbortHandle)>,
}

struct Server {
    dataset: Arc<Dataset>,
    answers: Mutex<HashMap<Bytes, Bytes>>,
}

impl Subgraphs {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let dataset = Arc::new(Dataset::new());
        let mut servers = Vec::new();
        for (name, sdl) in schemas() {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = listener.local_addr()?;
            let server = Arc::new(Server { dataset: Arc::clone(&dataset), answers: Mutex::default() });
            let router = Router::new().route("/graphql", post(answer)).with_state(server);
            let task = tokio::spawn(async move { axum::serve(listener, router).await });
            servers.push((name, sdl, address, task.abort_handle()));
        }
        Ok(Self { servers })
    }

    /// The supergraph of all four at their addresses.
    pub(super) fn supergraph(&self) -> anyhow::Result<String> {
        let mut services = Vec::new();
        for (name, sdl, address, _) in &self.servers {
            let document = graphql_core::parse(sdl)?;
            services
                .push(ServiceDefinition::new(*name, document).with_url(format!("http://{address}/graphql")));
        }
        match compose_services(&services) {
            Ok(CompositionResult::Success(success)) => Ok(success.supergraph_sdl().to_owned()),
            Ok(CompositionResult::Failure(failure)) => bail!("the subgraphs don't compose: {failure}"),
            Err(error) => bail!("composition failed: {}", error.into_graphql_error().message),
        }
    }
}

impl Drop for Subgraphs {
    fn drop(&mut self) {
        for (.., task) in &self.servers {
            task.abort();
        }
    }
}

async fn answer(State(server): State<Arc<Server>>, body: Bytes) -> impl IntoResponse {
    let known = server.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&body).cloned();
    let answer = known.unwrap_or_else(|| {
        let answer = execute(&server.dataset, &body)
            .unwrap_or_else(|error| json!({ "errors": [{ "message": error.to_string() }] }));
        let answer = Bytes::from(answer.to_string());
        server.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(body, answer.clone());
        answer
    });
    ([(header::CONTENT_TYPE, "application/json")], answer)
}

fn execute(dataset: &Dataset, body: &[u8]) -> anyhow::Result<Json> {
    let request: Json = serde_json::from_slice(body)?;
    let text = request["query"].as_str().unwrap_or_default();
    let document = graphql_tools::parser::parse_query::<String>(text)?.into_static();
    let execution = Execution { dataset, variables: &request["variables"], fragments: fragments(&document) };
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::Operation(operation) => Some(operation),
        Definition::Fragment(_) => None,
    });
    let Some(operation) = operation else {
        bail!("there is no operation");
    };
    Ok(json!({ "data": execution.root(operation) }))
}

fn fragments(document: &Document) -> HashMap<&str, &FragmentDefinition> {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    fragments.collect()
}

struct Execution<'e> {
    dataset: &'e Dataset,
    variables: &'e Json,
    fragments: HashMap<&'e str, &'e FragmentDefinition>,
}

impl Execution<'_> {
    fn root(&self, operation: &OperationDefinition) -> Json {
        let mut data = Map::new();
        for selection in &operation.selection_set().items {
            if let Selection::Field(field) = selection {
                let value = match field.name.as_str() {
                    "_entities" => self.representations(field),
                    "__typename" => json!("Query"),
                    name => self.dataset.root(name),
                };
                data.insert(key(field), self.complete(&value, &field.selection_set));
            }
        }
        Json::Object(data)
    }

    fn representations(&self, field: &Field) -> Json {
        match field.arguments.first() {
            Some((_, Value::Variable(name))) => self.variables[name].clone(),
            _ => Json::Null,
        }
    }

    fn complete(&self, value: &Json, selections: &SelectionSet) -> Json {
        match value {
            Json::Array(items) => items.iter().map(|item| self.complete(item, selections)).collect(),
            Json::Object(named) => match self.dataset.entity(named) {
                Some(entity) => {
                    let mut data = Map::new();
                    self.select(entity, selections, &mut data);
                    Json::Object(data)
                }
                None => Json::Null,
            },
            leaf => leaf.clone(),
        }
    }

    fn select(&self, entity: &Map<String, Json>, selections: &SelectionSet, data: &mut Map<String, Json>) {
        let is = |condition: &TypeCondition| {
            let TypeCondition::On(name) = condition;
            entity["__typename"] == name.as_str()
        };
        for selection in &selections.items {
            match selection {
                Selection::Field(field) => {
                    let value = entity.get(&field.name).unwrap_or(&Json::Null);
                    data.insert(key(field), self.complete(value, &field.selection_set));
                }
                Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(is) {
                        self.select(entity, &fragment.selection_set, data);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(spread.fragment_name.as_str());
                    if let Some(fragment) = fragment.filter(|fragment| is(&fragment.type_condition)) {
                        self.select(entity, &fragment.selection_set, data);
                    }
                }
            }
        }
    }
}

fn key(field: &Field) -> String {
    field.alias.as_ref().unwrap_or(&field.name).clone()
}
