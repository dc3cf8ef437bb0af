//! Subscriptions: one upstream stream, the rest of the plan run for each of its events.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;

use super::context::RequestContext;
use super::execution::{Execution, ResponseSlots, failure_of, subgraph_error, subscription_body};
use super::plan::{FetchNode, PlanNode};
use super::response::GraphqlResponse;
use super::upstream::UpstreamError;
use super::{Engine, PreparedOperation};

/// Starts the stream. Dropping it drops the upstream's at once: nothing runs on its own.
pub(super) async fn subscribe(
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
) -> Result<BoxStream<'static, GraphqlResponse>, GraphqlResponse> {
    let Some(fetch) = operation.plan_root().and_then(primary) else {
        return Err(GraphqlResponse::request_error(
            "OPERATION_NOT_A_SUBSCRIPTION",
            "Only subscriptions can be subscribed to.",
        ));
    };
    let service = fetch.service.clone();
    let body = subscription_body(fetch, &operation.variables);
    let upstream = engine.inner.upstream.clone();
    let mut events = upstream
        .stream(&service, body, &context)
        .await
        .map_err(|error| refusal(&engine, &service, &error))?;
    let operation = Arc::new(operation);
    Ok(async_stream::stream! {
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => yield answer(&engine, &operation, &context.current(), event).await,
                Err(error) => {
                    yield GraphqlResponse::refusal(&[failure_of(&service, &error)]);
                    break;
                }
            }
        }
    }
    .boxed())
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

async fn answer(
    engine: &Engine,
    operation: &PreparedOperation,
    context: &RequestContext,
    event: bytes::Bytes,
) -> GraphqlResponse {
    let responses = ResponseSlots::for_plan(operation.variant.plan.as_ref());
    let execution = Execution::new(engine.surroundings(operation, context), &responses);
    if let Some(root) = operation.plan_root() {
        if let Some(fetch) = primary(root) {
            execution.deliver_event(fetch, event);
        }
        execution.run(root).await;
    }
    execution.into_response(engine.description(operation))
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
