//! One socket's life: handshake, operations, heartbeat, end.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream::SplitStream};
use http::HeaderMap;
use serde_json::{Map, Value};
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use super::{
    close::Close,
    handshake::{Authenticated, Handshake, authorization, merged},
    operations::Operations,
    outbox::{Outbox, SendError},
    protocol::{ClientMessage, PingPayload, Protocol, ServerMessage},
    renewal::{self, Checked, RenewalError, Renewals},
};
use crate::{
    authenticate::{Identity, Lifetime},
    engine::{context::RequestContext, request::GraphqlRequest},
    server::{Gateway, refusal::Refusal, stream_slots::ViewerSlot},
    uploads::Uploads,
};

/// How long a closed socket may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

/// A socket whose upgrade was accepted.
pub(super) struct Connection {
    gateway: Gateway,
    headers: Arc<HeaderMap>,
    viewer: Option<Arc<Identity>>,
    id: String,
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
    protocol: Protocol,
    outbox: Outbox,
    incoming: SplitStream<WebSocket>,
    handshake: Handshake,
    lifetime: Lifetime,
    renewals: Renewals,
    operations: Operations,
    heard: Instant,
    /// One of the viewer's places, once it is known who that is.
    slot: Option<ViewerSlot>,
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

    /// Speaks with the client until one of the two has had enough; not at all when no protocol was agreed on.
    pub(super) async fn serve(self, socket: WebSocket, agreed: Option<Protocol>) {
        let _open = self.gateway.shared.drain.track();
        let config = &self.gateway.shared.config.websocket;
        let (sink, incoming) = socket.split();
        let patience = Duration::from_millis(config.slow_reader_timeout_ms);
        let outbox = Outbox::new(sink, config.max_buffered_bytes, patience);
        let lifetime = Lifetime::of(self.viewer.as_deref(), &self.gateway.shared.authenticator);
        let mut session = Session {
            connection: self,
            protocol: agreed.unwrap_or(Protocol::GraphqlTransportWs),
            outbox,
            incoming,
            handshake: Handshake::Waiting,
            lifetime,
            renewals: Renewals::default(),
            operations: Operations::default(),
            heard: Instant::now(),
            slot: None,
        };
        let end = if agreed.is_some() { session.run().await } else { End::Close(Close::Protocol) };
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
            let room = self.outbox.has_room() && self.renewals.have_room();
            let waiting = !matches!(self.handshake, Handshake::Acknowledged);
            let handled = tokio::select! {
                biased;
                () = &mut stopped => return Close::Restarting.into(),
                end = self.lifetime.ended() => return Close::Forbidden(end.message().to_owned()).into(),
                sent = self.outbox.write(), if !self.outbox.is_empty() => match sent {
                    Ok(()) => Ok(()),
                    Err(SendError::Gone) => return End::Gone,
                    Err(SendError::Slow) => return Close::TooSlow.into(),
                },
                authenticated = self.handshake.authenticated() => self.acknowledge(authenticated),
                renewed = self.renewals.next() => self.renewed(renewed),
                () = sleep_until(init_deadline), if waiting => return Close::InitTimeout.into(),
                received = self.incoming.next(), if room => self.received(received),
                (id, outcome) = self.operations.next(), if room => {
                    self.say(outcome.message(&id));
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
            if matches!(self.handshake, Handshake::Acknowledged) {
                self.say(ServerMessage::KeepAlive);
            }
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
        let message = match self.protocol.parse(text) {
            Ok(message) => message,
            Err(malformed) => {
                let reason = malformed.to_string();
                let forgiven = self.say(ServerMessage::Malformed(&reason));
                return if forgiven { Ok(()) } else { Err(Close::Malformed(reason).into()) };
            }
        };
        match message {
            ClientMessage::Init(payload) => self.init(&payload)?,
            ClientMessage::Ping(payload) => self.ping(payload.as_ref())?,
            ClientMessage::Pong => {}
            ClientMessage::Complete(id) => self.operations.stop(&id),
            ClientMessage::Subscribe { id, request } => self.subscribe(&id, *request)?,
            ClientMessage::Terminate => return Err(Close::Asked.into()),
        }
        Ok(())
    }

    /// `false` when the protocol has no word for it.
    fn say(&mut self, message: ServerMessage<'_>) -> bool {
        let Some(written) = self.protocol.write(message) else { return false };
        self.outbox.push(written);
        true
    }

    /// Refuses the handshake.
    fn forbid(&mut self, reason: String) -> Close {
        self.say(ServerMessage::InitRefused(&reason));
        Close::Forbidden(reason)
    }

    fn init(&mut self, payload: &Map<String, Value>) -> Result<(), Close> {
        if !matches!(self.handshake, Handshake::Waiting) {
            return Err(Close::SecondInit);
        }
        Refusal::if_forged_in("connection_init", payload)
            .map_err(|refusal| self.forbid(refusal.to_string()))?;
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
        let viewer = authenticated.map_err(|error| self.forbid(error.to_string()))?;
        self.lifetime = Lifetime::of(viewer.as_deref(), &self.connection.gateway.shared.authenticator);
        self.slot =
            self.connection.gateway.shared.slots.take_for(viewer.as_deref()).map_err(|_| Close::TooMany)?;
        self.connection.viewer = viewer;
        self.handshake = Handshake::Acknowledged;
        self.say(ServerMessage::Acknowledged);
        self.say(ServerMessage::KeepAlive);
        Ok(())
    }

    /// Answers a ping with its payload, unless that shows a new token.
    fn ping(&mut self, payload: Option<&PingPayload>) -> Result<(), Close> {
        let gateway = &self.connection.gateway;
        let token = payload.and_then(|payload| authorization(&payload.fields));
        match (token, payload) {
            (Some(token), Some(payload))
                if matches!(self.handshake, Handshake::Acknowledged)
                    && gateway.shared.authenticator.is_configured() =>
            {
                Refusal::if_forged_in("ping", &payload.fields)
                    .map_err(|refusal| Close::Forbidden(refusal.to_string()))?;
                let headers = Arc::new(merged(&self.connection.headers, &payload.fields));
                self.renewals.check(gateway.clone(), token.to_owned(), headers);
            }
            _ => {
                self.say(ServerMessage::Pong(payload.map(|payload| payload.text.as_str())));
            }
        }
        Ok(())
    }

    fn renewed(&mut self, checked: Checked) -> Result<(), End> {
        let outcome = self.renewals.settle(self.connection.viewer.as_deref(), checked);
        match outcome {
            Ok((headers, viewer)) => {
                let authenticator = &self.connection.gateway.shared.authenticator;
                self.lifetime = Lifetime::of(Some(&viewer), authenticator);
                self.say(ServerMessage::Pong(Some(&renewal::granted(&viewer))));
                self.connection.headers = headers;
                self.connection.viewer = Some(viewer);
            }
            Err(RenewalError::Refused(error)) => {
                self.say(ServerMessage::Pong(Some(&renewal::refused(error))));
            }
            Err(error @ (RenewalError::Stranger | RenewalError::FewerRights)) => {
                return Err(Close::Forbidden(error.to_string()).into());
            }
        }
        Ok(())
    }

    fn subscribe(&mut self, id: &str, request: GraphqlRequest) -> Result<(), Close> {
        if !matches!(self.handshake, Handshake::Acknowledged) {
            return Err(Close::NotAcknowledged);
        }
        if self.operations.contains(id) {
            if !self.protocol.replaces_running() {
                return Err(Close::DuplicateId(id.to_owned()));
            }
            self.operations.stop(id);
        }
        let gateway = &self.connection.gateway;
        let full = self.operations.len() >= gateway.shared.config.websocket.max_operations;
        let accepted = if full {
            Err(Refusal::Overloaded)
        } else {
            Refusal::if_forged_in("extensions", &request.extensions)
                .and_then(|()| Ok(gateway.shared.documents.complete(request)?))
        };
        let request = match accepted {
            Ok(request) => request,
            Err(refusal) => {
                self.say(ServerMessage::Error { id, errors: &refusal.errors().to_string() });
                return Ok(());
            }
        };
        let context = RequestContext {
            headers: Arc::clone(&self.connection.headers),
            viewer: self.connection.viewer.clone(),
            request_id: gateway.shared.request_ids.fresh(),
            renewal: self.renewals.renewal(),
            uploads: Uploads::default(),
        };
        tracing::debug!(socket = %self.connection.id, request_id = %context.request_id, "operation");
        let streams = gateway.shared.streams.clone();
        self.operations.start(id, streams, gateway.serving().engine.clone(), request, context);
        Ok(())
    }

    /// Stops every operation at once, then closes the socket politely if somebody is there to see it.
    async fn finish(mut self, end: End) {
        drop(self.operations);
        let End::Close(close) = end else { return };
        tracing::debug!(socket = %self.connection.id, reason = ?close, "socket closed");
        if close == Close::TooSlow {
            self.outbox.give_up_waiting();
        }
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
