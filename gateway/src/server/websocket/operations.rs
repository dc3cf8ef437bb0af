//! The operations that run on one socket.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use futures::{
    Stream, StreamExt,
    stream::{AbortHandle, Abortable, BoxStream, SelectAll, abortable},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tracing::{Instrument, Span};

use super::protocol::ServerMessage;
use crate::{
    engine::{Engine, OperationKind, context::RequestContext, request::GraphqlRequest},
    streams::{StreamEvent, StreamItem, Streams},
    trace,
};

/// What became of an operation.
#[derive(Debug)]
pub(super) enum Outcome {
    Next(Bytes),
    /// It could not run, or its stream broke; nothing follows.
    Error(Bytes),
    Complete,
}

impl Outcome {
    pub(super) fn message<'a>(&'a self, id: &'a str) -> ServerMessage<'a> {
        match self {
            Self::Next(response) => ServerMessage::Next { id, response },
            Self::Error(response) => ServerMessage::Error { id, errors: errors_of(response) },
            Self::Complete => ServerMessage::Complete(id),
        }
    }
}

/// The errors of a GraphQL response that has nothing else.
fn errors_of(response: &[u8]) -> &str {
    #[derive(Deserialize)]
    struct Failed<'response> {
        #[serde(borrow)]
        errors: &'response RawValue,
    }
    match serde_json::from_slice::<Failed<'_>>(response) {
        Ok(failed) => failed.errors.get(),
        Err(_) => r#"[{"message":"internal error","extensions":{"code":"INTERNAL"}}]"#,
    }
}

type Running = BoxStream<'static, (Arc<str>, Outcome)>;

/// Runs operations by their ids; results of one that was stopped are never seen.
#[derive(Default)]
pub(super) struct Operations {
    running: SelectAll<Abortable<Running>>,
    by_id: HashMap<Arc<str>, AbortHandle>,
}

impl Operations {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(super) fn start(
        &mut self,
        id: &str,
        streams: Streams,
        engine: Engine,
        request: GraphqlRequest,
        context: RequestContext,
    ) {
        let id: Arc<str> = id.into();
        let name = Arc::clone(&id);
        let outcomes =
            run(streams, engine, request, context).map(move |outcome| (Arc::clone(&name), outcome));
        let (stream, handle) = abortable(outcomes.boxed());
        self.running.push(stream);
        self.by_id.insert(id, handle);
    }

    /// Stops an operation, and with it its upstream. Unknown ids were complete already.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some(handle) = self.by_id.remove(id) {
            handle.abort();
        }
    }

    /// The next outcome of any operation; waits for ever when none runs. Nothing is lost when it is dropped.
    pub(super) async fn next(&mut self) -> (Arc<str>, Outcome) {
        loop {
            match self.running.next().await {
                Some((id, outcome)) => {
                    if !matches!(outcome, Outcome::Next(_)) {
                        self.by_id.remove(&id);
                    }
                    return (id, outcome);
                }
                None => std::future::pending().await,
            }
        }
    }
}

fn run(
    streams: Streams,
    engine: Engine,
    request: GraphqlRequest,
    context: RequestContext,
) -> impl Stream<Item = Outcome> + Send + 'static {
    let span = trace::operation(&context.headers, &context.request_id);
    async_stream::stream! {
        let preparing = engine.prepare(request, context.viewer.as_deref());
        let operation = match preparing.instrument(Span::clone(&span)).await {
            Ok(operation) => operation,
            Err(response) => {
                yield Outcome::Error(response.body);
                return;
            }
        };
        if operation.kind() == OperationKind::Subscription {
            let mut items = span.in_scope(|| streams.open(engine, operation, context, None));
            while let Some(event) = items.next().await {
                let StreamEvent::Next(StreamItem { response, .. }) = event else { continue };
                if response.request_error {
                    yield Outcome::Error(response.body);
                    return;
                }
                yield Outcome::Next(response.body);
            }
            yield Outcome::Complete;
        } else {
            let response = engine.execute(&operation, context).instrument(span).await;
            if response.request_error {
                yield Outcome::Error(response.body);
            } else {
                yield Outcome::Next(response.body);
                yield Outcome::Complete;
            }
        }
    }
}
