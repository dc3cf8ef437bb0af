//! The messages of `graphql-transport-ws` and the codes with which sockets are closed.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use bytes::{BufMut, BytesMut};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{engine::request::GraphqlRequest, server::refusal::Refusal};

/// What a client may say.
#[derive(Debug)]
pub(super) enum ClientMessage {
    Init(Map<String, Value>),
    /// With its payload, as JSON.
    Ping(Option<String>),
    Pong,
    Subscribe {
        id: String,
        request: Box<GraphqlRequest>,
    },
    Complete(String),
}

/// Why a socket is closed by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// 1009
    TooLarge,
    /// 1012: come back in a moment.
    Restarting,
    /// 4400
    Malformed(String),
    /// 4401: an operation before the connection was acknowledged.
    NotAcknowledged,
    /// 4403
    Forbidden(String),
    /// 4406
    Protocol,
    /// 4408
    InitTimeout,
    /// 4409
    DuplicateId(String),
    /// 4429
    SecondInit,
}

/// A close frame holds 125 bytes, two of them for the code.
const MAX_REASON: usize = 123;

impl Close {
    pub(super) fn frame(&self) -> CloseFrame {
        let (code, reason) = match self {
            Self::TooLarge => (1009, "Message too large".to_owned()),
            Self::Restarting => (1012, "Service restart".to_owned()),
            Self::Malformed(reason) => (4400, format!("Invalid message: {reason}")),
            Self::NotAcknowledged => (4401, "Unauthorized".to_owned()),
            Self::Forbidden(reason) => (4403, format!("Forbidden: {reason}")),
            Self::Protocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::DuplicateId(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::SecondInit => (4429, "Too many initialisation requests".to_owned()),
        };
        CloseFrame { code, reason: cut(&reason).into() }
    }
}

fn cut(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[derive(Deserialize)]
struct Envelope<'text> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'text RawValue>,
}

impl ClientMessage {
    pub(super) fn parse(text: &str) -> Result<Self, Close> {
        let malformed = |reason: &str| Close::Malformed(reason.to_owned());
        // A JSON array would also be read as a struct.
        if !text.trim_start().starts_with('{') {
            return Err(malformed("not a JSON object"));
        }
        let Envelope { kind, id, payload } =
            serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        let id = || id.filter(|id| !id.is_empty()).ok_or_else(|| malformed("the id is missing"));
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(object(payload)?.unwrap_or_default())),
            "ping" => {
                object(payload)?;
                Ok(Self::Ping(payload.map(|payload| payload.get().to_owned())))
            }
            "pong" => {
                object(payload)?;
                Ok(Self::Pong)
            }
            "complete" => Ok(Self::Complete(id()?)),
            "subscribe" => {
                let payload = payload.map_or("", RawValue::get);
                if !payload.starts_with('{') {
                    return Err(malformed("the payload is missing"));
                }
                let request: GraphqlRequest =
                    serde_json::from_str(payload).map_err(|error| malformed(&error.to_string()))?;
                if request.query.is_none() {
                    return Err(malformed("the payload has no query"));
                }
                Ok(Self::Subscribe { id: id()?, request: Box::new(request) })
            }
            _ => Err(malformed("its type is not one of the protocol's")),
        }
    }
}

fn object(payload: Option<&RawValue>) -> Result<Option<Map<String, Value>>, Close> {
    let Some(payload) = payload else { return Ok(None) };
    serde_json::from_str(payload.get())
        .map_err(|_| Close::Malformed("the payload is not an object".to_owned()))
}

pub(super) fn connection_ack() -> Message {
    Message::Text(Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#))
}

/// The answer to a ping, with the ping's payload.
pub(super) fn pong(payload: Option<&str>) -> Message {
    match payload {
        Some(payload) => Message::text(format!(r#"{{"type":"pong","payload":{payload}}}"#)),
        None => Message::Text(Utf8Bytes::from_static(r#"{"type":"pong"}"#)),
    }
}

/// A result; `response` is the JSON of a GraphQL response.
pub(super) fn next(id: &str, response: &[u8]) -> Message {
    with_payload(id, "next", response)
}

/// The end of an operation that could not run; `response` is the JSON of a GraphQL response with errors only.
pub(super) fn error(id: &str, response: &[u8]) -> Message {
    #[derive(Deserialize)]
    struct Failed<'response> {
        #[serde(borrow)]
        errors: &'response RawValue,
    }
    match serde_json::from_slice::<Failed<'_>>(response) {
        Ok(failed) => with_payload(id, "error", failed.errors.get().as_bytes()),
        Err(_) => {
            with_payload(id, "error", br#"[{"message":"internal error","extensions":{"code":"INTERNAL"}}]"#)
        }
    }
}

/// The end of an operation that was refused before it was tried.
pub(super) fn refused(id: &str, refusal: &Refusal) -> Message {
    with_payload(id, "error", refusal.errors().to_string().as_bytes())
}

pub(super) fn complete(id: &str) -> Message {
    Message::text(format!(r#"{{"id":{},"type":"complete"}}"#, quoted(id)))
}

fn with_payload(id: &str, kind: &str, payload: &[u8]) -> Message {
    let id = quoted(id);
    let mut text = BytesMut::with_capacity(payload.len() + id.len() + 40);
    text.put_slice(b"{\"id\":");
    text.put_slice(id.as_bytes());
    text.put_slice(b",\"type\":\"");
    text.put_slice(kind.as_bytes());
    text.put_slice(b"\",\"payload\":");
    text.put_slice(payload);
    text.put_slice(b"}");
    match Utf8Bytes::try_from(text.freeze()) {
        Ok(text) => Message::Text(text),
        // JSON is UTF-8; a subgraph's answer that is not was refused long before.
        Err(_) => Message::text(format!(r#"{{"id":{id},"type":"complete"}}"#)),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> &str {
        message.to_text().unwrap()
    }

    #[test]
    fn what_the_protocol_does_not_know_is_malformed() {
        for bad in [
            "",
            "null",
            "[]",
            r#"["ping"]"#,
            r#"{"type":"start"}"#,
            r#"{"id":"1"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"connection_init","payload":1}"#,
            r#"{"type":"ping","payload":"x"}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert!(matches!(ClientMessage::parse(bad), Err(Close::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn messages_are_written_with_their_payload_untouched() {
        assert_eq!(
            text(&next("a\"b", b"{\"data\":1}")),
            r#"{"id":"a\"b","type":"next","payload":{"data":1}}"#
        );
        assert_eq!(
            text(&error("1", br#"{"errors":[{"message":"m"}]}"#)),
            r#"{"id":"1","type":"error","payload":[{"message":"m"}]}"#
        );
        assert_eq!(text(&complete("1")), r#"{"id":"1","type":"complete"}"#);
        assert_eq!(text(&pong(Some("{\"a\":1}"))), r#"{"type":"pong","payload":{"a":1}}"#);
    }

    #[test]
    fn a_close_reason_fits_its_frame_and_stays_text() {
        let reason = Close::Malformed("ä".repeat(200)).frame().reason;
        assert!(reason.len() <= MAX_REASON && reason.ends_with('ä'));
    }
}
