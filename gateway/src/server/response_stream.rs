//! Responses that follow each other in one body: server-sent events and multipart parts to clients.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt, stream, stream::BoxStream};
use http::{HeaderValue, header};
use tokio::time::{Instant, interval_at};
use tracing::{Instrument, Span};

use super::{Gateway, event_stream, media::Media, multipart_stream, refusal::Refusal};
use crate::{
    authenticate::{EndOfLife, Lifetime},
    engine::{Engine, GraphqlResponse, OperationKind, PreparedOperation, context::RequestContext},
};

/// Runs an operation and sends each of its responses.
pub(super) fn serve(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
    media: Media,
) -> Result<Response, Refusal> {
    let responses = responses(gateway, engine, operation, context.clone());
    respond(gateway, &context, responses, media)
}

/// Every response of an operation of any kind.
pub(super) fn responses(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
) -> BoxStream<'static, GraphqlResponse> {
    match operation.kind() {
        OperationKind::Subscription => {
            gateway.shared.streams.open(engine, operation, context).map(|item| item.response).boxed()
        }
        OperationKind::Query | OperationKind::Mutation => {
            let executing = async move { engine.execute(&operation, context).await };
            // The body is sent after the request's handler has returned.
            executing.instrument(Span::current()).into_stream().boxed()
        }
    }
}

/// Sends one response that is known already, such as the errors of a document that can't run.
pub(super) fn one(
    gateway: &Gateway,
    context: &RequestContext,
    response: GraphqlResponse,
    media: Media,
) -> Result<Response, Refusal> {
    respond(gateway, context, stream::iter([response]).boxed(), media)
}

fn respond(
    gateway: &Gateway,
    context: &RequestContext,
    responses: BoxStream<'static, GraphqlResponse>,
    media: Media,
) -> Result<Response, Refusal> {
    Ok(body(chunks(gateway, context, responses, media)?, media))
}

/// A body whose chunks go out as they come.
pub(super) fn body(chunks: impl Stream<Item = Bytes> + Send + 'static, media: Media) -> Response {
    let mut response = Response::new(Body::from_stream(chunks.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    // Proxies such as nginx would collect events before passing them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn chunks(
    gateway: &Gateway,
    context: &RequestContext,
    mut responses: BoxStream<'static, GraphqlResponse>,
    media: Media,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Refusal> {
    let slot = gateway.shared.slots.take_with(context.viewer.as_deref())?;
    let open = gateway.shared.drain.track();
    let lifetime = Lifetime::of(context.viewer.as_deref(), &gateway.shared.authenticator);
    let stopped = gateway.shared.drain.stopped(&context.request_id);
    let framing = Framing::of(media);
    let pause = framing.pause(gateway);
    Ok(async_stream::stream! {
        let _kept_while_open = (slot, open);
        let mut keep_alive = interval_at(Instant::now() + pause, pause);
        let mut begun = false;
        tokio::pin!(stopped);
        yield framing.opening();
        loop {
            tokio::select! {
                biased;
                // No completion: the client is meant to come back.
                () = &mut stopped => break,
                end = lifetime.ended() => {
                    yield framing.broken(&ended(end).body);
                    yield framing.complete();
                    break;
                }
                response = responses.next() => match response {
                    Some(response) if begun && response.request_error => yield framing.broken(&response.body),
                    Some(response) => {
                        begun = true;
                        yield framing.next(&response.body);
                    }
                    None => {
                        yield framing.complete();
                        break;
                    }
                },
                _ = keep_alive.tick() => yield framing.keep_alive(),
            }
        }
    })
}

/// What a client hears whose stream may not go on.
pub(super) fn ended(end: EndOfLife) -> GraphqlResponse {
    GraphqlResponse::request_error("UNAUTHENTICATED", end.message())
}

/// How responses are told apart in the body.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Events,
    Parts,
}

impl Framing {
    fn of(media: Media) -> Self {
        if media == Media::Multipart { Self::Parts } else { Self::Events }
    }

    fn pause(self, gateway: &Gateway) -> Duration {
        let config = &gateway.shared.config.http;
        let pause = match self {
            Self::Events => config.sse_keep_alive_ms,
            Self::Parts => config.multipart_heartbeat_ms,
        };
        Duration::from_millis(pause.max(100))
    }

    /// The first bytes, sent at once, so that the client knows that it is served.
    fn opening(self) -> Bytes {
        match self {
            Self::Events => event_stream::KEEP_ALIVE,
            Self::Parts => multipart_stream::OPENING,
        }
    }

    fn keep_alive(self) -> Bytes {
        match self {
            Self::Events => event_stream::KEEP_ALIVE,
            Self::Parts => multipart_stream::HEARTBEAT,
        }
    }

    fn next(self, body: &[u8]) -> Bytes {
        match self {
            Self::Events => event_stream::next(body),
            Self::Parts => multipart_stream::next(body),
        }
    }

    /// An error of the stream itself, after which nothing comes.
    fn broken(self, body: &[u8]) -> Bytes {
        match self {
            Self::Events => event_stream::next(body),
            Self::Parts => multipart_stream::broken(body),
        }
    }

    fn complete(self) -> Bytes {
        match self {
            Self::Events => event_stream::COMPLETE,
            Self::Parts => multipart_stream::END,
        }
    }
}
