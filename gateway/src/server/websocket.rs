//! GraphQL over WebSocket: the upgrade, and a task for each socket.

mod close;
mod connection;
mod handshake;
mod operations;
mod outbox;
mod protocol;
mod renewal;

use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header, request::Parts};

use super::{Gateway, access_log::AccessLog, origin, refusal::Refusal};
use crate::headers;
use connection::Connection;
use protocol::Protocol;

/// Sockets are many and mostly silent, so each gets small buffers.
const READ_BUFFER: usize = 4 * 1024;

/// Whether a request asks for a WebSocket.
pub(super) fn is_upgrade(parts: &Parts) -> bool {
    let upgrade = parts.headers.get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case(b"websocket"))
}

/// Answers an upgrade request.
pub(super) async fn upgrade(gateway: &Gateway, parts: Parts, log: &mut AccessLog) -> Response {
    log.operation(None, "websocket");
    match try_upgrade(gateway, parts, &log.request_id).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn try_upgrade(gateway: &Gateway, mut parts: Parts, request_id: &str) -> Result<Response, Refusal> {
    let config = &gateway.shared.config.websocket;
    Refusal::if_forged(&parts.headers)?;
    if config.check_origin {
        origin::refuse_foreign_upgrade(&parts.headers, &gateway.shared.config.cors)?;
    }
    let viewer = gateway.shared.authenticator.authenticate(&parts.headers).await?;
    let slot = gateway.shared.slots.take()?;
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let upgrade = upgrade
        .protocols(Protocol::offered(config.legacy_protocol).map(Protocol::name))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(config.max_message_bytes)
        .max_frame_size(config.max_message_bytes);
    let agreed = upgrade.selected_protocol().and_then(|selected| {
        Protocol::offered(config.legacy_protocol).find(|protocol| selected == protocol.name())
    });
    let mut client_headers = parts.headers;
    headers::strip(&mut client_headers);
    let connection = Connection::new(gateway.clone(), client_headers, viewer, request_id.to_owned());
    Ok(upgrade.on_upgrade(async move |socket| {
        let _kept_while_open = slot;
        connection.serve(socket, agreed).await;
    }))
}
