//! One socket's life: handshake, operations, heartbeat, end.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::SplitStream};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Map, Value};
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use super::{
    message::{self, ClientMessage, Close},
    operations::{Operations, Outcome},
    outbox::Outbox,
};
use crate::{
    authenticate::{AuthenticationError, Identity, Lifetime},
    engine::{context::RequestContext, request::GraphqlRequest},
    headers,
    server::{Gateway, refusal::Refusal},
};

/// How long a closed socket may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);

/// A socket whose upgrade was accepted.
pub(super) struct Connection {
    gateway: Gateway,
    headers: Arc<HeaderMap>,
    viewer: Option<Arc<Identity>>,
    id: String,
}

type Authenticated = Result<Option<Arc<Identity>>, AuthenticationError>;

/// How far the handshake has come.
enum Handshake {
    /// No `connection_init` yet.
    Waiting,
    /// Its token is being checked.
    Checking(BoxFuture<'static, Authenticated>),
    Acknowledged,
}

/// How a socket's life ends.
enum End {
    /// We close it.
    Close(Close),
    /// The client is gone, or takes nothing.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

struct Session {
    connection: Connection,
    outbox: Outbox,
    incoming: SplitStream<WebSocket>,
    handshake: Handshake,
    lifetime: Lifetime,
    operations: Operations,
    heard: Instant,
}

impl Connection {
    /// `headers` are the upgrade request's, stripped; `viewer` is who its token named.
    pub(super) fn new(
        gateway: Gateway,
        headers: HeaderMap,
        viewer: Option<Arc<Identity>>,
        id: String,
    ) -> Self {
        Self { gateway, headers: Arc::new(headers), viewer, id }
    }

    /// Speaks with the client until one of the two has had enough. `spoken` is whether the sub-protocol was agreed.
    pub(super) async fn serve(self, socket: WebSocket, spoken: bool) {
        let _open = self.gateway.shared.drain.track();
        let config = &self.gateway.shared.config.websocket;
        let (sink, incoming) = socket.split();
        let patience = Duration::from_millis(config.slow_reader_timeout_ms);
        let outbox = Outbox::new(sink, config.max_buffered_bytes, patience);
        let lifetime = Lifetime::of(self.viewer.as_deref(), &self.gateway.shared.authenticator);
        let mut session = Session {
            connection: self,
            outbox,
            incoming,
            handshake: Handshake::Waiting,
            lifetime,
            operations: Operations::default(),
            heard: Instant::now(),
        };
        let end = if spoken { session.run().await } else { End::Close(Close::Protocol) };
        session.finish(end).await;
    }
}

impl Session {
    async fn run(&mut self) -> End {
        let config = self.connection.gateway.shared.config.websocket.clone();
        let stopped = self.connection.gateway.shared.drain.stopped(&self.connection.id);
        let init_deadline = Instant::now() + Duration::from_millis(config.init_timeout_ms);
        let beat = Duration::from_millis(config.ping_interval_ms.max(100));
        let mut heartbeat = interval_at(Instant::now() + beat, beat);
        tokio::pin!(stopped);
        loop {
            let room = self.outbox.has_room();
            let waiting = !matches!(self.handshake, Handshake::Acknowledged);
            let handled = tokio::select! {
                biased;
                () = &mut stopped => return Close::Restarting.into(),
                end = self.lifetime.ended() => return Close::Forbidden(end.message().to_owned()).into(),
                sent = self.outbox.write(), if !self.outbox.is_empty() => match sent {
                    Ok(()) => Ok(()),
                    Err(_) => return End::Gone,
                },
                authenticated = authenticated(&mut self.handshake) => self.acknowledge(authenticated),
                () = sleep_until(init_deadline), if waiting => return Close::InitTimeout.into(),
                received = self.incoming.next(), if room => self.received(received),
                (id, outcome) = self.operations.next(), if room => {
                    self.answer(&id, &outcome);
                    Ok(())
                }
                _ = heartbeat.tick() => self.beat(2 * beat),
            };
            if let Err(end) = handled {
                return end;
            }
        }
    }

    /// Asks a silent client whether it is still there, and gives it up when it isn't.
    fn beat(&mut self, patience: Duration) -> Result<(), End> {
        if self.heard.elapsed() > patience {
            return Err(End::Gone);
        }
        if self.outbox.is_empty() {
            self.outbox.push(Message::Ping(Bytes::new()));
        }
        Ok(())
    }

    fn received(&mut self, received: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = Instant::now();
        match received {
            Some(Ok(Message::Text(text))) => self.text(&text),
            Some(Ok(Message::Binary(_))) => Err(Close::Malformed("it is not text".to_owned()).into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Err(error)) if is_too_large(&error) => Err(Close::TooLarge.into()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    fn text(&mut self, text: &Utf8Bytes) -> Result<(), End> {
        match ClientMessage::parse(text)? {
            ClientMessage::Init(payload) => self.init(&payload)?,
            ClientMessage::Ping(payload) => self.outbox.push(message::pong(payload.as_deref())),
            ClientMessage::Pong => {}
            ClientMessage::Complete(id) => self.operations.stop(&id),
            ClientMessage::Subscribe { id, request } => self.subscribe(&id, *request)?,
        }
        Ok(())
    }

    fn init(&mut self, payload: &Map<String, Value>) -> Result<(), Close> {
        if !matches!(self.handshake, Handshake::Waiting) {
            return Err(Close::SecondInit);
        }
        Refusal::if_forged_in("connection_init", payload)
            .map_err(|refusal| Close::Forbidden(refusal.to_string()))?;
        self.connection.headers = Arc::new(merged(&self.connection.headers, payload));
        let token = authorization(payload).map(str::to_owned);
        let (gateway, upgrade) = (self.connection.gateway.clone(), self.connection.viewer.clone());
        self.handshake = Handshake::Checking(
            async move {
                match token {
                    Some(token) if gateway.shared.authenticator.is_configured() => {
                        gateway.shared.authenticator.authenticate_value(&token).await.map(Some)
                    }
                    _ => Ok(upgrade),
                }
            }
            .boxed(),
        );
        Ok(())
    }

    fn acknowledge(&mut self, authenticated: Authenticated) -> Result<(), End> {
        let viewer = authenticated.map_err(|error| Close::Forbidden(error.to_string()))?;
        self.lifetime = Lifetime::of(viewer.as_deref(), &self.connection.gateway.shared.authenticator);
        self.connection.viewer = viewer;
        self.handshake = Handshake::Acknowledged;
        self.outbox.push(message::connection_ack());
        Ok(())
    }

    fn subscribe(&mut self, id: &str, request: GraphqlRequest) -> Result<(), Close> {
        if !matches!(self.handshake, Handshake::Acknowledged) {
            return Err(Close::NotAcknowledged);
        }
        if self.operations.contains(id) {
            return Err(Close::DuplicateId(id.to_owned()));
        }
        let gateway = &self.connection.gateway;
        let full = self.operations.len() >= gateway.shared.config.websocket.max_operations;
        let refused = if full {
            Err(Refusal::Overloaded)
        } else {
            Refusal::if_forged_in("extensions", &request.extensions)
        };
        if let Err(refusal) = refused {
            self.outbox.push(message::refused(id, &refusal));
            return Ok(());
        }
        let context = RequestContext {
            headers: Arc::clone(&self.connection.headers),
            viewer: self.connection.viewer.clone(),
            request_id: gateway.shared.request_ids.fresh(),
        };
        tracing::debug!(socket = %self.connection.id, request_id = %context.request_id, "operation");
        self.operations.start(id, gateway.serving().engine.clone(), request, context);
        Ok(())
    }

    fn answer(&mut self, id: &str, outcome: &Outcome) {
        self.outbox.push(match outcome {
            Outcome::Next(response) => message::next(id, response),
            Outcome::Error(response) => message::error(id, response),
            Outcome::Complete => message::complete(id),
        });
    }

    /// Stops every operation at once, then closes the socket politely if somebody is there to see it.
    async fn finish(mut self, end: End) {
        drop(self.operations);
        let End::Close(close) = end else { return };
        tracing::debug!(socket = %self.connection.id, reason = ?close, "socket closed");
        self.outbox.push(Message::Close(Some(close.frame())));
        let farewell = async {
            // Unread bytes would make the kernel reset the connection, and the close frame be lost.
            if self.outbox.write().await.is_ok() {
                while let Some(Ok(_)) = self.incoming.next().await {}
            }
        };
        // When it takes longer, the client is not listening.
        timeout(FAREWELL, farewell).await.ok();
    }
}

/// Waits for the token's check while one is going on.
async fn authenticated(handshake: &mut Handshake) -> Authenticated {
    match handshake {
        Handshake::Checking(check) => check.await,
        Handshake::Waiting | Handshake::Acknowledged => std::future::pending().await,
    }
}

/// The `Authorization` in a `connection_init` payload: a key of its own, or one inside `headers`.
fn authorization(payload: &Map<String, Value>) -> Option<&str> {
    let direct = payload.iter();
    let nested = payload.get("headers").and_then(Value::as_object).into_iter().flatten();
    direct.chain(nested).find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1.as_str()
}

/// Browsers can't give a WebSocket headers of its own, so texts of the payload count as such for the header rules.
fn merged(upgrade: &HeaderMap, payload: &Map<String, Value>) -> HeaderMap {
    let mut merged = upgrade.clone();
    let nested = payload.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in payload.iter().chain(nested) {
        let name = HeaderName::try_from(name.as_str());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (name, value)
            && name != header::HOST
        {
            merged.insert(name, value);
        }
    }
    headers::strip(&mut merged);
    merged
}

fn is_too_large(error: &axum::Error) -> bool {
    // axum wraps the socket's error without naming its type.
    let mut cause = Some(error as &dyn std::error::Error);
    while let Some(current) = cause {
        if current.to_string().contains("too long") {
            return true;
        }
        cause = current.source();
    }
    false
}
