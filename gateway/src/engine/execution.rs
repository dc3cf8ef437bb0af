//! Runs a plan: asks subgraphs, puts their answers together, and writes the client's response.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ahash::{AHashMap, AHashSet};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, join_all};
use http::StatusCode;
use serde_json::{Map, Value as Json};

use self::failures::Failure;
use self::representations::Representations;
use super::authorization;
use super::context::RequestContext;
use super::document::Variant;
use super::graphql_error::{GraphqlError, unescape};
use super::options::SubgraphErrors;
use super::plan::{FetchNode, FetchTarget, Plan, PlanNode};
use super::projection::{MAX_ERRORS, Projection};
use super::response::{GraphqlResponse, write_errors, write_json};
use super::resumable::{CURSOR_KEY, Cursor};
use super::schema::{ApiSchema, TypeConditions};
use super::store::{ObjectId, Store, Value};
use super::upstream::{Upstream, UpstreamError};

mod delivery;
mod failures;
mod paths;
mod representations;
pub(super) mod subgraph_error;

/// What an execution reads; it outlives the data.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) schema: &'a ApiSchema,
    pub(super) types: &'a TypeConditions,
    pub(super) upstream: &'a dyn Upstream,
    pub(super) subgraph_errors: &'a SubgraphErrors,
    pub(super) variant: &'a Variant,
    pub(super) variables: &'a Map<String, Json>,
    pub(super) context: &'a RequestContext,
}

/// The responses of one execution, each in the slot of its fetch. The data borrows from them.
pub(super) struct ResponseSlots(Box<[OnceLock<Bytes>]>);

impl ResponseSlots {
    pub(super) fn for_plan(plan: Option<&Plan>) -> Self {
        Self((0..plan.map_or(0, |plan| plan.fetch_count)).map(|_| OnceLock::new()).collect())
    }

    /// Every fetch runs at most once in an execution, so a slot is never taken.
    fn keep(&self, slot: usize, body: Bytes) -> &[u8] {
        self.0[slot].get_or_init(|| body)
    }

    fn total_bytes(&self) -> usize {
        self.0.iter().filter_map(OnceLock::get).map(Bytes::len).sum()
    }
}

/// One execution of one operation, or of one event of a subscription.
pub(super) struct Execution<'a> {
    surroundings: Surroundings<'a>,
    responses: &'a ResponseSlots,
    /// Held only between awaits, by one task: never contended.
    state: Mutex<State<'a>>,
}

struct State<'a> {
    store: Store<'a>,
    errors: Vec<GraphqlError>,
    /// Objects that a failed fetch was to complete: what depends on it fails for the same reason.
    failed: AHashMap<ObjectId, Failure>,
    /// Objects that a subgraph doesn't know, or that have no key to be asked by: what they lack is null, and that is
    /// no error.
    unknown: AHashSet<ObjectId>,
}

impl State<'_> {
    fn report(&mut self, error: GraphqlError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }
}

/// A request's body, and whom its answer concerns.
struct Prepared {
    body: Vec<u8>,
    /// Objects to merge root fields into.
    objects: Vec<ObjectId>,
    /// For each group of an entity fetch.
    representations: Vec<Representations>,
}

impl<'a> Execution<'a> {
    pub(super) fn new(surroundings: Surroundings<'a>, responses: &'a ResponseSlots) -> Self {
        let state = State {
            store: Store::new(),
            errors: Vec::new(),
            failed: AHashMap::new(),
            unknown: AHashSet::new(),
        };
        Self { surroundings, responses, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a node and everything below it. A subscription's own fetch is not repeated: `deliver_event` stands for it.
    pub(super) fn run<'e>(&'e self, node: &'a PlanNode) -> BoxFuture<'e, ()> {
        async move {
            match node {
                PlanNode::Fetch(fetch) => self.fetch(fetch).await,
                PlanNode::Sequence(nodes) => {
                    for node in nodes {
                        self.run(node).await;
                    }
                }
                PlanNode::Parallel(nodes) => {
                    join_all(nodes.iter().map(|node| self.run(node))).await;
                }
                PlanNode::Condition { variable, if_true, if_false } => {
                    let value = self.surroundings.variables.get(variable);
                    let holds = value.and_then(Json::as_bool).unwrap_or(false);
                    if let Some(node) = if holds { if_true } else { if_false } {
                        self.run(node).await;
                    }
                }
                PlanNode::Subscription(_) => {}
            }
        }
        .boxed()
    }

    /// Takes what a subscription's subgraph sent for one event.
    pub(super) fn deliver_event(&self, fetch: &'a FetchNode, event: Bytes) {
        let prepared =
            Prepared { body: Vec::new(), objects: vec![Store::root()], representations: Vec::new() };
        self.deliver(fetch, &prepared, Ok(event));
    }

    /// The cursor that an event brought along.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let resumption = self.surroundings.variant.resumption.as_ref()?;
        let state = self.state();
        let Value::Object(event) = state.store.get(Store::root(), &resumption.data_key)? else {
            return None;
        };
        match state.store.get(event, CURSOR_KEY)? {
            Value::String(raw) => Some(Cursor::new(&unescape(raw), false)),
            Value::Number(digits) => Some(Cursor::new(digits, true)),
            _ => None,
        }
    }

    async fn fetch(&self, fetch: &'a FetchNode) {
        let Some(mut prepared) = self.prepare(fetch) else {
            return;
        };
        let body = Bytes::from(std::mem::take(&mut prepared.body));
        let Surroundings { upstream, context, .. } = self.surroundings;
        let outcome = upstream.fetch(&fetch.service, body, context).await;
        self.deliver(fetch, &prepared, outcome);
    }

    /// The request to send; `None` when there is nothing to ask.
    fn prepare(&self, fetch: &'a FetchNode) -> Option<Prepared> {
        let mut guard = self.state();
        let state = &mut *guard;
        let Surroundings { types, variables, .. } = self.surroundings;
        let mut body = start_body(fetch, variables);
        let mut prepared = Prepared { body: Vec::new(), objects: Vec::new(), representations: Vec::new() };
        match &fetch.target {
            FetchTarget::Fields { path, .. } => {
                prepared.objects = paths::objects_at(&state.store, types, path);
                if prepared.objects.is_empty() {
                    return None;
                }
            }
            FetchTarget::Entities { groups, .. } => {
                for group in groups {
                    let representations = representations::write(&state.store, types, group, &mut body);
                    self.fail_dependents(state, fetch, &representations.incomplete);
                    state.unknown.extend(&representations.keyless);
                    prepared.representations.push(representations);
                }
                if prepared.representations.iter().all(|group| group.count == 0) {
                    return None;
                }
            }
        }
        if body.last() == Some(&b',') {
            body.pop();
        }
        body.extend_from_slice(b"}}");
        prepared.body = body;
        Some(prepared)
    }

    /// The client's response, once everything has run.
    pub(super) fn into_response(self, description: Option<&Json>) -> GraphqlResponse {
        const ENVELOPE: usize = 64;
        // One huge answer must not make every later one reserve as much.
        const LARGEST_RESERVED: usize = 1 << 20;
        let Self { surroundings: Surroundings { schema, types, variant, variables, .. }, responses, state } =
            self;
        let State { store, mut errors, unknown, .. } =
            state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let largest = variant.answer_size.load(Ordering::Relaxed);
        let expected = if largest == 0 { responses.total_bytes() } else { largest };
        let mut body = Vec::with_capacity(expected.min(LARGEST_RESERVED) + ENVELOPE);
        body.extend_from_slice(b"{\"data\":");
        Projection { schema, types, store: &store, unknown: &unknown, variables }.write(
            &variant.selection,
            &mut body,
            &mut errors,
        );
        // Only now: no path below a denied field is told twice, and none beside it is taken for told.
        errors.splice(0..0, authorization::errors_of(&variant.denials));
        if !errors.is_empty() {
            body.push(b',');
            write_errors(&mut body, &errors);
        }
        if let Some(description) = description {
            body.extend_from_slice(b",\"extensions\":{\"queryPlan\":");
            write_json(&mut body, description);
            body.push(b'}');
        }
        body.push(b'}');
        variant.answer_size.fetch_max(body.len(), Ordering::Relaxed);
        let has_errors = !errors.is_empty();
        GraphqlResponse { body: body.into(), request_error: false, has_errors, status: StatusCode::OK }
    }
}

/// The body up to the fetch's own variables, ending in a comma if there are any.
pub(super) fn start_body(fetch: &FetchNode, variables: &Map<String, Json>) -> Vec<u8> {
    let mut body = fetch.body_start.clone().into_bytes();
    for name in &fetch.variables {
        if let Some(value) = variables.get(name) {
            write_json(&mut body, name);
            body.push(b':');
            write_json(&mut body, value);
            body.push(b',');
        }
    }
    body
}

/// The whole body of a subscription's request.
pub(super) fn subscription_body(fetch: &FetchNode, variables: &Map<String, Json>) -> Bytes {
    let mut body = start_body(fetch, variables);
    if body.last() == Some(&b',') {
        body.pop();
    }
    body.extend_from_slice(b"}}");
    body.into()
}

/// The client's words for a failed request: what went wrong, never an address.
pub(super) fn failure_of(service: &str, error: &UpstreamError) -> GraphqlError {
    tracing::warn!(service, %error, "a subgraph gave no usable answer");
    let (code, what) = match error {
        UpstreamError::Timeout => ("UPSTREAM_UNAVAILABLE", "did not answer in time".to_owned()),
        UpstreamError::Unreachable(_) => ("UPSTREAM_UNAVAILABLE", "could not be reached".to_owned()),
        UpstreamError::Overloaded => {
            ("UPSTREAM_UNAVAILABLE", "takes no more requests at the moment".to_owned())
        }
        UpstreamError::Status(status @ (429 | 500..), _) => {
            ("UPSTREAM_UNAVAILABLE", format!("answered with status {status}"))
        }
        UpstreamError::Status(status, _) => (
            "SUBREQUEST_MALFORMED_RESPONSE",
            format!("answered with status {status} and no GraphQL response"),
        ),
        UpstreamError::Malformed(_) => {
            ("SUBREQUEST_MALFORMED_RESPONSE", "gave an answer that is not a GraphQL response".to_owned())
        }
    };
    GraphqlError::new(code, format!("The service \"{service}\" {what}.")).by_service(service)
}
