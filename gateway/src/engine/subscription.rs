//! Subscriptions: one upstream stream, the rest of the plan run for each of its events.

use futures::StreamExt;
use futures::stream::BoxStream;
use tracing::Instrument;

use super::context::RequestContext;
use super::execution::{Execution, ResponseSlots, failure_of, subgraph_error, subscription_body};
use super::plan::{FetchNode, PlanNode};
use super::response::GraphqlResponse;
use super::upstream::{UpstreamError, UpstreamStream};
use super::{Engine, PreparedOperation};
use crate::trace::phase;

impl Engine {
    /// Starts a subscription: one response for each event. Dropping the stream ends it upstream at once.
    pub async fn subscribe(
        &self,
        operation: PreparedOperation,
        context: RequestContext,
    ) -> Result<BoxStream<'static, GraphqlResponse>, GraphqlResponse> {
        let mut events = self.open_events(&operation, &context).await?;
        let engine = self.clone();
        Ok(async_stream::stream! {
            while let Some(event) = events.next().await {
                match event {
                    Ok(event) => yield engine.answer_event(&operation, &context.current(), event).await,
                    Err(error) => {
                        yield engine.interrupted(&operation, &error);
                        break;
                    }
                }
            }
        }
        .boxed())
    }

    /// The subscription's own fetch: what its subgraph sends, as it comes.
    pub(crate) async fn open_events(
        &self,
        operation: &PreparedOperation,
        context: &RequestContext,
    ) -> Result<UpstreamStream, GraphqlResponse> {
        let fetch = primary_of(operation)?;
        let body = subscription_body(fetch, &operation.variables);
        let opened = self.inner.upstream.stream(&fetch.service, body, context).await;
        opened.map_err(|error| refusal(self, &fetch.service, &error))
    }

    /// Runs the rest of the plan for one event.
    pub(crate) async fn answer_event(
        &self,
        operation: &PreparedOperation,
        context: &RequestContext,
        event: bytes::Bytes,
    ) -> GraphqlResponse {
        let responses = ResponseSlots::for_plan(operation.variant.plan.as_ref());
        let execution = Execution::new(self.surroundings(operation, context), &responses);
        if let Some(root) = operation.plan_root() {
            if let Some(fetch) = primary(root) {
                execution.deliver_event(fetch, event);
            }
            execution.run(root).instrument(phase!("event")).await;
        }
        execution.into_response(self.description(operation))
    }

    /// What clients are told when the upstream broke: the stream is over, and may be asked for again.
    pub(crate) fn interrupted(
        &self,
        operation: &PreparedOperation,
        error: &UpstreamError,
    ) -> GraphqlResponse {
        match primary_of(operation) {
            Ok(fetch) => {
                let failure = failure_of(&fetch.service, error);
                GraphqlResponse::refusal(&[if error.is_passing() { failure.retryable() } else { failure }])
            }
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
    if quoted.is_empty() {
        GraphqlResponse::refusal(&[failure_of(service, error)])
    } else {
        GraphqlResponse::refusal(&quoted)
    }
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
