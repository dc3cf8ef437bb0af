//! The engine: everything from a GraphQL request to the bytes of its response, for any supergraph.

pub mod authorization;
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
mod preparations;
mod projection;
pub mod request;
mod reserved_keys;
mod response;
mod resumable;
mod schema;
mod selections;
mod store;
mod subscription;
mod supergraph;
mod uploads;
pub mod upstream;
mod validation;
mod variables;
mod warm_up;

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tracing::Instrument;

pub use self::graphql_error::{GraphqlError, Location, PathStep};
pub use self::operation_kind::OperationKind;
pub use self::preparations::{CacheFill, CacheFills};
pub use self::response::GraphqlResponse;
pub use self::resumable::Cursor;
pub use self::supergraph::{SupergraphError, subgraphs_of};
pub(crate) use self::warm_up::WarmUp;

use self::authorization::{Authorization, Unmet};
use self::context::RequestContext;
use self::document::{Preparation, ValidDocument, Variant};
use self::execution::{Execution, ResponseSlots, Surroundings};
use self::options::EngineOptions;
use self::plan::PlanNode;
use self::planning::{PlanningError, QueryPlanner};
use self::preparations::{DocumentKey, PlanKey, Preparations, Reading};
use self::request::GraphqlRequest;
use self::schema::ApiSchema;
use self::upstream::Upstream;
use self::validation::Validator;
use crate::{authenticate::Identity, trace::phase};

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
    authorization: Authorization,
    upstream: Arc<dyn Upstream>,
    options: EngineOptions,
    preparations: Preparations,
}

/// An operation that may run: valid, its variables coerced, its plan made.
#[derive(Clone)]
pub struct PreparedOperation {
    document: Arc<ValidDocument>,
    variant: Arc<Variant>,
    variables: Map<String, Json>,
}

impl Inner {
    fn read(&self, key: &DocumentKey) -> Reading {
        ValidDocument::try_new(&key.text, key.operation_name.as_deref(), &self.preparation())
            .map(Arc::new)
            .map_err(|errors| GraphqlResponse::refusal(&errors))
    }

    fn preparation(&self) -> Preparation<'_> {
        let Self { planner, schema, validator, authorization, options, .. } = self;
        Preparation { schema, planner, validator, authorization, limits: &options.limits }
    }
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

    /// The coerced variables.
    pub(crate) fn variables(&self) -> &Map<String, Json> {
        &self.variables
    }

    /// The document without comments and layout.
    pub(crate) fn normalized_text(&self) -> String {
        self.document.normalized_text()
    }

    /// The request that this subscription was made from, for another engine to prepare.
    pub(crate) fn to_request(&self) -> GraphqlRequest {
        GraphqlRequest {
            query: self.document.text().map(str::to_owned),
            operation_name: self.document.name().map(str::to_owned),
            variables: self.variables.clone(),
            ..GraphqlRequest::default()
        }
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
        let planner = QueryPlanner::try_new(&document, &options)?;
        let schema = ApiSchema::new(planner.consumer_schema());
        let validator = Validator::new(options.introspection);
        let authorization = Authorization::new(&document, options.authorization.clone());
        let preparations = Preparations::new(&options);
        let inner =
            Inner { subgraphs, planner, schema, validator, authorization, upstream, options, preparations };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Each subgraph's name and its URL from `@join__graph`.
    pub fn subgraphs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inner.subgraphs.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// Whether both are the same engine.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// How much is kept of what was prepared.
    pub async fn cache_fills(&self) -> CacheFills {
        self.inner.preparations.fills().await
    }

    /// Parses, picks the operation, validates, coerces variables, authorises and plans. What was done before isn't
    /// done again.
    pub async fn prepare(
        &self,
        request: GraphqlRequest,
        viewer: Option<&Identity>,
    ) -> Result<PreparedOperation, GraphqlResponse> {
        self.try_prepare(request, viewer).instrument(phase!("prepare")).await
    }

    async fn try_prepare(
        &self,
        request: GraphqlRequest,
        viewer: Option<&Identity>,
    ) -> Result<PreparedOperation, GraphqlResponse> {
        let Some(text) = request.query else {
            return Err(GraphqlResponse::request_error("BAD_REQUEST", "The request has no `query`."));
        };
        let operation_name = request.operation_name.filter(|name| !name.is_empty());
        let document = self.document(DocumentKey { text, operation_name }).await?;
        document.count_uses(1);
        let variables =
            variables::coerce(&self.inner.schema, document.variable_definitions(), request.variables)
                .map_err(|errors| GraphqlResponse::refusal(&errors))?;
        let conditions =
            document.conditions(&variables).map_err(|error| GraphqlResponse::refusal(&[error]))?;
        let unmet = self.inner.authorization.unmet(document.touched(), viewer);
        let variant = self.variant(&document, conditions, unmet).await.map_err(|error| {
            tracing::error!(%error, operation = document.name(), "no plan for a valid operation");
            let code = match error {
                PlanningError::TimedOut => "QUERY_PLANNING_TIMEOUT",
                PlanningError::Failed(_) => "QUERY_PLANNING_FAILED",
            };
            GraphqlResponse::request_error(code, &error.to_string())
        })?;
        if self.inner.authorization.refuses(document.kind(), &variant.denials) {
            return Err(authorization::refusal(&variant.denials));
        }
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
            execution.run(root).instrument(phase!("execute")).await;
        }
        execution.into_response(self.description(operation))
    }

    async fn document(&self, key: DocumentKey) -> Reading {
        // One beyond the limit is refused by its length alone, and must not fill the cache.
        if key.text.len() > self.inner.options.limits.max_document_bytes {
            return self.inner.read(&key);
        }
        let inner = Arc::clone(&self.inner);
        self.inner.preparations.document(key, move |key| inner.read(key)).await
    }

    async fn variant(
        &self,
        document: &Arc<ValidDocument>,
        conditions: Vec<bool>,
        unmet: Unmet,
    ) -> Result<Arc<Variant>, PlanningError> {
        let overrides = self.inner.planner.draw_overrides();
        let key = PlanKey { document: document.number(), conditions, overrides, unmet };
        let (inner, document, wanted) = (Arc::clone(&self.inner), Arc::clone(document), key.clone());
        let plan = move || document.variant(&inner.preparation(), &wanted);
        self.inner.preparations.plan(key, plan).await
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
