//! Server-sent events to clients: the graphql-sse protocol in distinct connections mode.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, response::Response};
use bytes::{BufMut, Bytes, BytesMut};
use futures::{FutureExt, Stream, StreamExt, stream, stream::BoxStream};
use http::{HeaderValue, header};
use tokio::time::{Instant, interval_at};

use super::{Gateway, media::Media, refusal::Refusal};
use crate::{
    authenticate::{EndOfLife, Lifetime},
    engine::{Engine, GraphqlResponse, OperationKind, PreparedOperation, context::RequestContext},
};

/// A comment: keeps proxies from closing a silent stream, and tells us when the client is gone.
const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");
/// `EventSource` does not see an event without data, so an empty line of data goes with it.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");

/// Runs an operation and sends each of its responses as an event.
pub(super) fn serve(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
) -> Result<Response, Refusal> {
    let (for_responses, streams) = (context.clone(), gateway.shared.streams.clone());
    let responses = async move {
        match operation.kind() {
            OperationKind::Subscription => {
                streams.open(engine, operation, for_responses).map(|item| item.response).boxed()
            }
            OperationKind::Query | OperationKind::Mutation => {
                stream::iter([engine.execute(&operation, for_responses).await]).boxed()
            }
        }
    };
    respond(gateway, &context, responses.flatten_stream().boxed())
}

/// Sends one response that is known already, such as the errors of a document that can't run.
pub(super) fn one(
    gateway: &Gateway,
    context: &RequestContext,
    response: GraphqlResponse,
) -> Result<Response, Refusal> {
    respond(gateway, context, stream::iter([response]).boxed())
}

fn respond(
    gateway: &Gateway,
    context: &RequestContext,
    responses: BoxStream<'static, GraphqlResponse>,
) -> Result<Response, Refusal> {
    let events = events(gateway, context, responses)?;
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Media::EventStream.content_type());
    // Proxies such as nginx would collect events before passing them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn events(
    gateway: &Gateway,
    context: &RequestContext,
    mut responses: BoxStream<'static, GraphqlResponse>,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Refusal> {
    let slot = gateway.shared.slots.take().ok_or(Refusal::Overloaded)?;
    let open = gateway.shared.drain.track();
    let lifetime = Lifetime::of(context.viewer.as_deref(), &gateway.shared.authenticator);
    let stopped = gateway.shared.drain.stopped(&context.request_id);
    let pause = Duration::from_millis(gateway.shared.config.http.sse_keep_alive_ms.max(100));
    Ok(async_stream::stream! {
        let _kept_while_open = (slot, open);
        let mut keep_alive = interval_at(Instant::now() + pause, pause);
        tokio::pin!(stopped);
        yield KEEP_ALIVE;
        loop {
            tokio::select! {
                biased;
                // No completion: the client is meant to come back.
                () = &mut stopped => break,
                end = lifetime.ended() => {
                    yield next(&ended(end));
                    yield COMPLETE;
                    break;
                }
                response = responses.next() => match response {
                    Some(response) => yield next(&response.body),
                    None => {
                        yield COMPLETE;
                        break;
                    }
                },
                _ = keep_alive.tick() => yield KEEP_ALIVE,
            }
        }
    })
}

fn ended(end: EndOfLife) -> Bytes {
    GraphqlResponse::request_error("UNAUTHENTICATED", end.message()).body
}

/// JSON that holds no raw line break stays on one line; a subgraph's own formatting may hold some.
fn next(body: &[u8]) -> Bytes {
    let mut event = BytesMut::with_capacity(body.len() + 32);
    event.put_slice(b"event: next\n");
    for line in body.split(|byte| *byte == b'\n' || *byte == b'\r') {
        event.put_slice(b"data: ");
        event.put_slice(line);
        event.put_u8(b'\n');
    }
    event.put_u8(b'\n');
    event.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_line_breaks_stays_one_event() {
        assert_eq!(next(b"{\"a\":1}"), "event: next\ndata: {\"a\":1}\n\n");
        assert_eq!(next(b"{\n}"), "event: next\ndata: {\ndata: }\n\n");
    }
}
