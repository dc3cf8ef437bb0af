//! Subscriptions: one upstream stream, the rest of the plan run for each of its events.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tracing::Instrument;

use super::context::RequestContext;
use super::execution::{Execution, ResponseSlots, failure_of, subgraph_error, subscription_body};
use super::plan::{FetchNode, PlanNode};
use super::request::GraphqlRequest;
use super::response::GraphqlResponse;
use super::resumable::{CURSOR_KEY, Cursor};
use super::upstream::{UpstreamError, UpstreamStream};
use super::{Engine, PreparedOperation};
use crate::trace::phase;

/// What became of one event.
#[derive(Debug)]
pub(crate) struct AnsweredEvent {
    pub(crate) response: GraphqlResponse,
    /// Where the stream is after it, if it is a resumable one.
    pub(crate) cursor: Option<Cursor>,
}

/// Why a subscription did not begin.
#[derive(Debug)]
pub(crate) struct RefusedStream {
    pub(crate) response: GraphqlResponse,
    /// Whether it may go well a moment later.
    pub(crate) is_passing: bool,
}

/// What a subgraph is asked with. Equal ones give the same stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StreamRequest<'operation> {
    service: &'operation str,
    url: &'operation str,
    body: Bytes,
}

impl PreparedOperation {
    /// Whether the subscription can be taken up again from a cursor.
    pub(crate) fn is_resumable(&self) -> bool {
        self.variant.resumption.is_some()
    }

    /// Whether the client says after which cursor the stream begins.
    pub(crate) fn says_where_to_begin(&self) -> bool {
        let resumption = self.variant.resumption.as_ref();
        resumption.is_some_and(|resumption| resumption.given(&self.variables).is_some())
    }
}

impl Engine {
    /// Starts a subscription: one response for each event. Dropping the stream ends it upstream at once.
    pub async fn subscribe(
        &self,
        operation: PreparedOperation,
        context: RequestContext,
    ) -> Result<BoxStream<'static, GraphqlResponse>, GraphqlResponse> {
        let opened = self.open_events(&operation, &context, None).await;
        let mut events = opened.map_err(|refused| refused.response)?;
        let engine = self.clone();
        Ok(async_stream::stream! {
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => {
                        yield engine.answer_event(&operation, &context.current(), event).await.response;
                    }
                    Err(error) => {
                        yield engine.interrupted(&operation, &error);
                        break;
                    }
                }
            }
        }
        .boxed())
    }

    /// What the subscription asks its subgraph for, from `after` on or from where the client says.
    pub(crate) fn stream_request<'o>(
        &'o self,
        operation: &'o PreparedOperation,
        after: Option<&Cursor>,
    ) -> Result<StreamRequest<'o>, GraphqlResponse> {
        let fetch = primary_of(operation)?;
        let body = match &operation.variant.resumption {
            Some(resumption) => subscription_body(fetch, &resumption.variables(&operation.variables, after)),
            None => subscription_body(fetch, &operation.variables),
        };
        let url = self.subgraphs().find(|(name, _)| *name == &*fetch.service);
        Ok(StreamRequest { service: &fetch.service, url: url.map_or("", |(_, url)| url), body })
    }

    /// Whether the subscription may be asked for what comes after `cursor`, which a client said.
    pub(crate) fn can_begin_after(&self, operation: &PreparedOperation, cursor: &Cursor) -> bool {
        let resumption = operation.variant.resumption.as_ref();
        resumption.is_some_and(|resumption| resumption.takes(&self.inner.schema, cursor))
    }

    /// The subscription's own fetch: what its subgraph sends, as it comes.
    pub(crate) async fn open_events(
        &self,
        operation: &PreparedOperation,
        context: &RequestContext,
        after: Option<&Cursor>,
    ) -> Result<UpstreamStream, RefusedStream> {
        let StreamRequest { service, body, .. } = self
            .stream_request(operation, after)
            .map_err(|response| RefusedStream { response, is_passing: false })?;
        let opened = self.inner.upstream.stream(service, body, context).await;
        opened.map_err(|error| RefusedStream {
            response: refusal(self, service, &error),
            is_passing: error.is_passing(),
        })
    }

    /// Where a resumable stream is now, if its subgraph tells.
    pub(crate) async fn start_cursor(
        &self,
        operation: &PreparedOperation,
        context: &RequestContext,
    ) -> Option<Cursor> {
        #[derive(Deserialize)]
        struct Answer {
            data: Option<Map<String, Json>>,
        }
        let resumption = operation.variant.resumption.as_ref()?;
        let query = Some(resumption.start.clone()?);
        let request = GraphqlRequest { query, ..GraphqlRequest::default() };
        let question = self.prepare(request, context.viewer.as_deref()).await.ok()?;
        let response = self.execute(&question, context.clone()).await;
        let answer: Answer = serde_json::from_slice(&response.body).ok()?;
        match answer.data?.remove(CURSOR_KEY)? {
            Json::String(text) => Some(Cursor::new(&text, false)),
            Json::Number(number) => Some(Cursor::new(&number.to_string(), true)),
            _ => None,
        }
    }

    /// Runs the rest of the plan for one event.
    pub(crate) async fn answer_event(
        &self,
        operation: &PreparedOperation,
        context: &RequestContext,
        event: Bytes,
    ) -> AnsweredEvent {
        let responses = ResponseSlots::for_plan(operation.variant.plan.as_ref());
        let execution = Execution::new(self.surroundings(operation, context), &responses);
        let mut cursor = None;
        if let Some(root) = operation.plan_root() {
            if let Some(fetch) = primary(root) {
                execution.deliver_event(fetch, event);
                cursor = execution.cursor();
            }
            execution.run(root).instrument(phase!("event")).await;
        }
        AnsweredEvent { response: execution.into_response(self.description(operation)), cursor }
    }

    /// What clients are told when the upstream broke: the stream is over, and may be asked for again.
    pub(crate) fn interrupted(
        &self,
        operation: &PreparedOperation,
        error: &UpstreamError,
    ) -> GraphqlResponse {
        match primary_of(operation) {
            Ok(fetch) => failed(&fetch.service, error),
            Err(refusal) => refusal,
        }
    }
}

fn primary_of(operation: &PreparedOperation) -> Result<&FetchNode, GraphqlResponse> {
    operation.plan_root().and_then(primary).ok_or_else(|| {
        GraphqlResponse::request_error(
            "OPERATION_NOT_A_SUBSCRIPTION",
            "Only subscriptions can be subscribed to.",
        )
    })
}

/// A subgraph that refuses a subscription with GraphQL errors is quoted.
fn refusal(engine: &Engine, service: &str, error: &UpstreamError) -> GraphqlResponse {
    let quoted = match error {
        UpstreamError::Status(_, Some(body)) => {
            subgraph_error::refusal(&engine.inner.options.subgraph_errors, service, body)
        }
        _ => Vec::new(),
    };
    if quoted.is_empty() { failed(service, error) } else { GraphqlResponse::refusal(&quoted) }
}

fn failed(service: &str, error: &UpstreamError) -> GraphqlResponse {
    let failure = failure_of(service, error);
    GraphqlResponse::refusal(&[if error.is_passing() { failure.retryable() } else { failure }])
}

fn primary(node: &PlanNode) -> Option<&FetchNode> {
    match node {
        PlanNode::Subscription(fetch) => Some(fetch),
        PlanNode::Sequence(nodes) | PlanNode::Parallel(nodes) => nodes.iter().find_map(primary),
        PlanNode::Condition { if_true, if_false, .. } => {
            if_true.iter().chain(if_false).find_map(|node| primary(node))
        }
        PlanNode::Fetch(_) => None,
    }
}
