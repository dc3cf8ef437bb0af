//! The engine: everything from a GraphQL request to the bytes of its response, for any supergraph.

pub mod context;
mod document;
mod execution;
mod graphql_error;
mod introspection;
mod json;
mod limits;
mod operation_kind;
pub mod options;
mod plan;
mod planning;
mod projection;
pub mod request;
mod reserved_keys;
mod response;
mod schema;
mod selections;
mod store;
mod subscription;
mod supergraph;
pub mod upstream;
mod validation;
mod variables;

use std::sync::Arc;

use futures::stream::BoxStream;
use moka::sync::Cache;
use serde_json::{Map, Value as Json};

pub use self::graphql_error::{GraphqlError, Location, PathStep};
pub use self::operation_kind::OperationKind;
pub use self::response::GraphqlResponse;
pub use self::supergraph::{SupergraphError, subgraphs_of};

use self::context::RequestContext;
use self::document::{ValidDocument, Variant};
use self::execution::{Execution, ResponseSlots, Surroundings};
use self::options::EngineOptions;
use self::plan::PlanNode;
use self::planning::{PlanningError, QueryPlanner};
use self::request::GraphqlRequest;
use self::schema::ApiSchema;
use self::upstream::Upstream;
use self::validation::Validator;

/// Serves one supergraph. Cheap to clone and immutable: a new supergraph makes a new engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    subgraphs: Vec<(String, String)>,
    planner: QueryPlanner,
    schema: ApiSchema,
    validator: Validator,
    upstream: Arc<dyn Upstream>,
    options: EngineOptions,
    /// Valid documents, and the refusals of those that aren't.
    documents: Cache<DocumentKey, Result<Arc<ValidDocument>, GraphqlResponse>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct DocumentKey {
    text: String,
    operation_name: Option<String>,
}

/// An operation that may run: valid, its variables coerced, its plan made.
#[derive(Clone)]
pub struct PreparedOperation {
    document: Arc<ValidDocument>,
    variant: Arc<Variant>,
    variables: Map<String, Json>,
}

impl PreparedOperation {
    /// Whether it reads, writes or streams.
    pub fn kind(&self) -> OperationKind {
        self.document.kind()
    }

    /// The operation's name in its document.
    pub fn name(&self) -> Option<&str> {
        self.document.name()
    }

    fn plan_root(&self) -> Option<&PlanNode> {
        self.variant.plan.as_ref().map(|plan| &plan.root)
    }
}

impl Engine {
    /// Reads a supergraph; an error says why it can't be served.
    pub fn try_new(
        supergraph_sdl: &str,
        upstream: Arc<dyn Upstream>,
        options: EngineOptions,
    ) -> Result<Self, SupergraphError> {
        let document = supergraph::parse(supergraph_sdl)?;
        let subgraphs = supergraph::joined_graphs(&document)?;
        let planner = QueryPlanner::try_new(&document, options.planning_timeout, options.expose_query_plan)?;
        let schema = ApiSchema::new(planner.consumer_schema());
        let validator = Validator::new(options.introspection);
        let documents = Cache::new(options.plan_cache_capacity);
        let inner = Inner { subgraphs, planner, schema, validator, upstream, options, documents };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Each subgraph's name and its URL from `@join__graph`.
    pub fn subgraphs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inner.subgraphs.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// Parses, picks the operation, validates, coerces variables and plans; cached by document.
    pub fn prepare(&self, request: GraphqlRequest) -> Result<PreparedOperation, GraphqlResponse> {
        let Inner { schema, planner, .. } = &*self.inner;
        let Some(text) = request.query else {
            return Err(GraphqlResponse::request_error("BAD_REQUEST", "The request has no `query`."));
        };
        let operation_name = request.operation_name.filter(|name| !name.is_empty());
        let document = self.document(DocumentKey { text, operation_name })?;
        let variables = variables::coerce(schema, document.variable_definitions(), request.variables)
            .map_err(|errors| GraphqlResponse::refusal(&errors))?;
        let variant = document.variant(schema, planner, &variables).map_err(|error| {
            tracing::error!(%error, operation = document.name(), "no plan for a valid operation");
            let code = match error {
                PlanningError::TimedOut => "QUERY_PLANNING_TIMEOUT",
                PlanningError::Failed(_) => "QUERY_PLANNING_FAILED",
            };
            GraphqlResponse::request_error(code, &error.to_string())
        })?;
        Ok(PreparedOperation { document, variant, variables })
    }

    /// Runs a query or a mutation.
    pub async fn execute(&self, operation: &PreparedOperation, context: RequestContext) -> GraphqlResponse {
        if operation.kind() == OperationKind::Subscription {
            let message = "A subscription needs a transport that streams.";
            return GraphqlResponse::request_error("SUBSCRIPTION_NOT_STREAMED", message);
        }
        let responses = ResponseSlots::for_plan(operation.variant.plan.as_ref());
        let execution = Execution::new(self.surroundings(operation, &context), &responses);
        if let Some(root) = operation.plan_root() {
            execution.run(root).await;
        }
        execution.into_response(self.description(operation))
    }

    /// Starts a subscription: one response for each event. Dropping the stream ends it upstream.
    pub async fn subscribe(
        &self,
        operation: PreparedOperation,
        context: RequestContext,
    ) -> Result<BoxStream<'static, GraphqlResponse>, GraphqlResponse> {
        subscription::subscribe(self.clone(), operation, context).await
    }

    fn document(&self, key: DocumentKey) -> Result<Arc<ValidDocument>, GraphqlResponse> {
        if let Some(known) = self.inner.documents.get(&key) {
            return known;
        }
        let Inner { options, schema, validator, documents, .. } = &*self.inner;
        let document = ValidDocument::try_new(
            &key.text,
            key.operation_name.as_deref(),
            &options.limits,
            schema,
            validator,
        )
        .map(Arc::new)
        .map_err(|errors| GraphqlResponse::refusal(&errors));
        // A document beyond the limit must not fill the cache.
        if key.text.len() <= options.limits.max_document_bytes {
            documents.insert(key, document.clone());
        }
        document
    }

    fn surroundings<'a>(
        &'a self,
        operation: &'a PreparedOperation,
        context: &'a RequestContext,
    ) -> Surroundings<'a> {
        Surroundings {
            schema: &self.inner.schema,
            types: self.inner.planner.type_conditions(),
            upstream: &*self.inner.upstream,
            subgraph_errors: &self.inner.options.subgraph_errors,
            variant: &operation.variant,
            variables: &operation.variables,
            context,
        }
    }

    fn description<'a>(&self, operation: &'a PreparedOperation) -> Option<&'a Json> {
        if !self.inner.options.expose_query_plan {
            return None;
        }
        operation.variant.plan.as_ref().map(|plan| &plan.description)
    }
}
