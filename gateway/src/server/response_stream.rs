//! Responses that follow each other in one body: server-sent events and multipart parts to clients.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt, future::ready, stream, stream::BoxStream};
use http::{HeaderValue, header};
use tokio::time::{Instant, interval_at};
use tracing::{Instrument, Span};

use super::{Gateway, event_id, event_stream, media::Media, multipart_stream, refusal::Refusal};
use crate::{
    authenticate::{EndOfLife, Lifetime},
    engine::{Cursor, Engine, GraphqlResponse, OperationKind, PreparedOperation, context::RequestContext},
    streams::{StreamEvent, StreamItem},
};

/// Runs an operation and sends each of its responses. A subscription that can be taken up again begins after what an
/// event stream's client says that it got last.
pub(super) fn serve(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
    media: Media,
) -> Result<Response, Refusal> {
    let mut after = None;
    if media == Media::EventStream && operation.is_resumable() {
        after = event_id::last_of(&context.headers)?;
        if after.as_ref().is_some_and(|cursor| !engine.can_begin_after(&operation, cursor)) {
            return Err(Refusal::LastEventId);
        }
    }
    let events = events(gateway, engine, operation, context.clone(), after);
    respond(gateway, &context, events, media)
}

/// Every response of an operation of any kind.
pub(super) fn responses(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
) -> BoxStream<'static, GraphqlResponse> {
    let events = events(gateway, engine, operation, context, None);
    let response = |event| match event {
        StreamEvent::BeginsAfter(_) => None,
        StreamEvent::Next(item) => Some(item.response),
    };
    events.filter_map(move |event| ready(response(event))).boxed()
}

fn events(
    gateway: &Gateway,
    engine: Engine,
    operation: PreparedOperation,
    context: RequestContext,
    after: Option<Cursor>,
) -> BoxStream<'static, StreamEvent> {
    match operation.kind() {
        OperationKind::Subscription => gateway.shared.streams.open(engine, operation, context, after),
        OperationKind::Query | OperationKind::Mutation => {
            let executing = async move { engine.execute(&operation, context).await };
            // The body is sent after the request's handler has returned.
            executing.instrument(Span::current()).into_stream().map(whole).boxed()
        }
    }
}

fn whole(response: GraphqlResponse) -> StreamEvent {
    StreamEvent::Next(StreamItem { response, cursor: None })
}

/// Sends one response that is known already, such as the errors of a document that can't run.
pub(super) fn one(
    gateway: &Gateway,
    context: &RequestContext,
    response: GraphqlResponse,
    media: Media,
) -> Result<Response, Refusal> {
    respond(gateway, context, stream::iter([whole(response)]).boxed(), media)
}

fn respond(
    gateway: &Gateway,
    context: &RequestContext,
    events: BoxStream<'static, StreamEvent>,
    media: Media,
) -> Result<Response, Refusal> {
    Ok(body(chunks(gateway, context, events, media)?, media))
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
    mut events: BoxStream<'static, StreamEvent>,
    media: Media,
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Refusal> {
    let slot = gateway.shared.slots.take_with(context.viewer.as_deref())?;
    let open = gateway.shared.drain.track();
    let lifetime = Lifetime::of(context.viewer.as_deref(), &gateway.shared.authenticator);
    let stopped = gateway.shared.drain.stopped(&context.request_id);
    let framing = Framing::of(media);
    let pause = pause(gateway, media);
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
                event = events.next() => match event {
                    Some(StreamEvent::BeginsAfter(cursor)) => {
                        if let Some(position) = framing.position(&cursor) {
                            yield position;
                        }
                    }
                    Some(StreamEvent::Next(item)) if begun && item.response.request_error => {
                        yield framing.broken(&item.response.body);
                    }
                    Some(StreamEvent::Next(item)) => {
                        begun = true;
                        yield framing.next(&item);
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

/// Between two signs of life on a silent stream.
pub(super) fn pause(gateway: &Gateway, media: Media) -> Duration {
    let config = &gateway.shared.config.http;
    let pause = match Framing::of(media) {
        Framing::Events => config.sse_keep_alive_ms,
        Framing::Parts => config.multipart_heartbeat_ms,
    };
    Duration::from_millis(pause.max(100))
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

    /// Tells a client from where to go on if nothing comes before it has to.
    fn position(self, cursor: &Cursor) -> Option<Bytes> {
        match self {
            Self::Events => event_id::of(cursor).map(|id| event_stream::position(&id)),
            Self::Parts => None,
        }
    }

    fn next(self, item: &StreamItem) -> Bytes {
        match (self, &item.cursor) {
            (Self::Events, Some(cursor)) => {
                event_stream::next_at(event_id::of(cursor).as_deref(), &item.response.body)
            }
            (Self::Events, None) => event_stream::next(&item.response.body),
            (Self::Parts, _) => multipart_stream::next(&item.response.body),
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
