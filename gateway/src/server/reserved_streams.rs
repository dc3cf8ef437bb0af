//! The graphql-sse protocol in single connection mode: a client reserves a stream, opens it once, and starts and stops
//! operations by requests of their own, whose results are all events of that one stream.

mod reservation;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use tokio::{
    sync::mpsc,
    time::{Instant, interval_at, sleep},
};
use tokio_util::task::AbortOnDropHandle;
use url::form_urlencoded;

use super::{
    Gateway, SseConfig, access_log::AccessLog, call::Call, event_stream, graphql, media::Media, origin,
    params::Incoming, refusal::Refusal, response_stream, stream_slots::StreamSlot,
};
use crate::{
    authenticate::{Identity, Lifetime},
    engine::request::GraphqlRequest,
    random,
    uploads::Uploads,
};
use reservation::Reservation;

const TOKEN: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");

/// Every stream that was reserved and hasn't ended, by its token.
#[derive(Debug)]
pub(super) struct ReservedStreams {
    by_token: Mutex<HashMap<String, Arc<Reservation>>>,
    config: SseConfig,
}

/// Ends a reservation together with its stream.
struct Ending {
    gateway: Gateway,
    token: String,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let ended = self.gateway.shared.reserved.lock().remove(&self.token);
        // Its operations are stopped without the lock.
        drop(ended);
    }
}

impl ReservedStreams {
    pub(super) fn new(config: SseConfig) -> Self {
        Self { by_token: Mutex::default(), config }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Reservation>>> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the events of a stream to whoever opens it first.
    fn open(
        &self,
        token: &str,
        viewer: Option<&Identity>,
    ) -> Result<(Arc<Reservation>, mpsc::Receiver<Bytes>, StreamSlot), Refusal> {
        // Under the lock, so that it doesn't lapse at this moment.
        let by_token = self.lock();
        let found = by_token.get(token).filter(|found| found.admits(viewer)).ok_or(Refusal::UnknownStream)?;
        let (events, slot) = found.open().ok_or(Refusal::StreamIsOpen)?;
        Ok((Arc::clone(found), events, slot))
    }

    /// Forgets a reservation that nobody has opened.
    fn lapse(&self, token: &str) {
        let mut by_token = self.lock();
        let waits = by_token.get(token).is_some_and(|reservation| reservation.waits());
        let lapsed = if waits { by_token.remove(token) } else { None };
        drop(by_token);
        drop(lapsed);
    }

    /// The reservation with this token, unless it is another client's.
    fn find(&self, token: &str, viewer: Option<&Identity>) -> Result<Arc<Reservation>, Refusal> {
        let found = self.lock().get(token).cloned();
        found.filter(|found| found.admits(viewer)).ok_or(Refusal::UnknownStream)
    }
}

/// Which reserved stream a request is about; `None` if it is about none. An `EventSource` can't set a header.
fn token_of(parts: &Parts) -> Option<String> {
    if let Some(token) = parts.headers.get(&TOKEN) {
        return Some(token.to_str().unwrap_or_default().to_owned());
    }
    let query = parts.uri.query().unwrap_or_default();
    let names_a_document = ["query", "extensions", "documentId", "id"];
    let is_a_request =
        parts.method == Method::POST || names_a_document.iter().any(|name| parameter(query, name).is_some());
    if is_a_request { None } else { parameter(query, "token") }
}

/// Whether a request is about a reserved stream.
pub(super) fn is_meant(parts: &Parts) -> bool {
    parts.method == Method::PUT || parts.method == Method::DELETE || token_of(parts).is_some()
}

/// Which operation a DELETE stops.
fn operation_of(parts: &Parts) -> Result<String, Refusal> {
    let id = parameter(parts.uri.query().unwrap_or_default(), "operationId");
    id.filter(|id| !id.is_empty()).ok_or_else(|| Refusal::Malformed("the operationId is missing".to_owned()))
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Answers a request about a reserved stream.
pub(super) async fn answer(
    gateway: &Gateway,
    parts: Parts,
    body: Body,
    log: &mut AccessLog,
) -> Result<Response, Refusal> {
    let config = &gateway.shared.config;
    Refusal::if_forged(&parts.headers)?;
    let viewer = gateway.shared.authenticator.authenticate(&parts.headers).await?;
    log.operation(None, "event stream");
    if parts.method == Method::PUT {
        return reserve(gateway, viewer);
    }
    let token = token_of(&parts).ok_or(Refusal::UnknownStream)?;
    if parts.method == Method::DELETE {
        let id = operation_of(&parts)?;
        gateway.shared.reserved.find(&token, viewer.as_deref())?.stop(&id);
        return Ok(Response::new(Body::empty()));
    }
    if parts.method == Method::GET {
        origin::refuse_cross_site_get(&parts.headers, &config.csrf, &config.cors)?;
        return open(gateway, token, viewer.as_deref());
    }
    let (request, uploads) = match graphql::read(gateway, &parts, body).await? {
        Incoming::One(request) => (request, Uploads::default()),
        Incoming::WithFiles(request, uploads) => (request, uploads),
        Incoming::Batch(_) => return Err(Refusal::Batch),
    };
    let mut call = Call::new(gateway, parts, viewer, log.request_id.clone());
    call.context.uploads = uploads;
    start(&call, &token, *request, log).await
}

/// PUT: a new reservation, which lapses when it isn't opened soon.
fn reserve(gateway: &Gateway, viewer: Option<Arc<Identity>>) -> Result<Response, Refusal> {
    let slot = gateway.shared.slots.take_with(viewer.as_deref())?;
    let token = random::token().ok_or(Refusal::Internal)?;
    let reserved = &gateway.shared.reserved;
    let lapse = Duration::from_millis(reserved.config.reservation_timeout_ms);
    let (lapsing_gateway, lapsing_token) = (gateway.clone(), token.clone());
    let lapsing = tokio::spawn(async move {
        sleep(lapse).await;
        lapsing_gateway.shared.reserved.lapse(&lapsing_token);
    });
    let reservation = Reservation::new(viewer, AbortOnDropHandle::new(lapsing), slot);
    reserved.lock().insert(token.clone(), Arc::new(reservation));
    let mut response = Response::new(Body::from(token));
    *response.status_mut() = StatusCode::CREATED;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    Ok(response)
}

/// GET: opens a reserved stream, once.
fn open(gateway: &Gateway, token: String, viewer: Option<&Identity>) -> Result<Response, Refusal> {
    let (reservation, events, slot) = gateway.shared.reserved.open(&token, viewer)?;
    let ending = Ending { gateway: gateway.clone(), token };
    let chunks = chunks(gateway, reservation, ending, events, slot);
    Ok(response_stream::body(chunks, Media::EventStream))
}

fn chunks(
    gateway: &Gateway,
    reservation: Arc<Reservation>,
    ending: Ending,
    mut events: mpsc::Receiver<Bytes>,
    slot: StreamSlot,
) -> impl Stream<Item = Bytes> + Send + use<> {
    let open = gateway.shared.drain.track();
    let lifetime = Lifetime::of(reservation.owner(), &gateway.shared.authenticator);
    let stopped = gateway.shared.drain.stopped(&ending.token);
    let pause = response_stream::pause(gateway, Media::EventStream);
    async_stream::stream! {
        let _kept_while_open = (slot, open, ending);
        let mut keep_alive = interval_at(Instant::now() + pause, pause);
        tokio::pin!(stopped);
        yield event_stream::KEEP_ALIVE;
        loop {
            tokio::select! {
                biased;
                // No completion: the client is meant to come back.
                () = &mut stopped => break,
                end = lifetime.ended() => {
                    let last = response_stream::ended(end);
                    for id in reservation.stop_all() {
                        yield event_stream::next_of(&id, &last.body);
                        yield event_stream::complete_of(&id);
                    }
                    break;
                }
                event = events.recv() => match event {
                    Some(event) => yield event,
                    None => break,
                },
                _ = keep_alive.tick() => yield event_stream::KEEP_ALIVE,
            }
        }
    }
}

/// POST: runs an operation whose results become events of the stream.
async fn start(
    call: &Call<'_>,
    token: &str,
    request: GraphqlRequest,
    log: &mut AccessLog,
) -> Result<Response, Refusal> {
    let Call { gateway, serving, context, .. } = call;
    let reserved = &gateway.shared.reserved;
    let viewer = context.viewer.as_deref();
    let reservation = reserved.find(token, viewer)?;
    let id = match request.extensions.get("operationId").and_then(serde_json::Value::as_str) {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => return Err(Refusal::Malformed("extensions.operationId is missing".to_owned())),
    };
    let place = reservation.place(&id, reserved.config.max_operations)?;
    let operation = match call.prepare(request).await {
        Ok(operation) => operation,
        Err(unprepared) => {
            return Ok(graphql::whole(unprepared.into_response(), Media::GraphqlResponse));
        }
    };
    log.operation(operation.name(), operation.kind().as_str());
    let responses = response_stream::responses(gateway, serving.engine.clone(), operation, context.clone());
    // The stream lives as long as its owner's token; the operation's client may have shown another one.
    let lifetime = Lifetime::of(viewer, &gateway.shared.authenticator);
    place.run(async_stream::stream! {
        let mut responses = responses;
        loop {
            tokio::select! {
                biased;
                end = lifetime.ended() => {
                    yield response_stream::ended(end);
                    break;
                }
                response = responses.next() => match response {
                    Some(response) => yield response,
                    None => break,
                },
            }
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
