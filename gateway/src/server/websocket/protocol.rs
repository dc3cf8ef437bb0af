//! What clients and the gateway can say to each other on a socket, whichever sub-protocol puts it into words.

mod graphql_transport_ws;
mod subscriptions_transport_ws;

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::{BufMut, BytesMut};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::engine::request::GraphqlRequest;

/// Ids are repeated in every message about their operation, so they are kept short.
const MAX_ID_BYTES: usize = 1024;

/// The words in which a socket speaks. Everything else about its life is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// That of npm `graphql-ws`.
    GraphqlTransportWs,
    /// That of npm `subscriptions-transport-ws`, for clients from before 2021.
    SubscriptionsTransportWs,
}

/// What a client may say.
#[derive(Debug)]
pub(super) enum ClientMessage {
    Init(Map<String, Value>),
    Ping(Option<PingPayload>),
    Pong,
    Subscribe {
        id: String,
        request: Box<GraphqlRequest>,
    },
    Complete(String),
    /// The client wants the socket closed.
    Terminate,
}

/// The payload of a ping: an object, and the text that it was.
#[derive(Debug)]
pub(super) struct PingPayload {
    pub(super) fields: Map<String, Value>,
    pub(super) text: String,
}

/// What the gateway may say.
#[derive(Debug, Clone, Copy)]
pub(super) enum ServerMessage<'a> {
    Acknowledged,
    /// The handshake is refused; the socket is about to be closed.
    InitRefused(&'a str),
    /// With a payload in JSON.
    Pong(Option<&'a str>),
    /// Nothing to say, but still here.
    KeepAlive,
    /// A message was not understood.
    Malformed(&'a str),
    /// `response` is the JSON of a GraphQL response.
    Next {
        id: &'a str,
        response: &'a [u8],
    },
    /// The end of an operation that could not run; `errors` is a JSON array.
    Error {
        id: &'a str,
        errors: &'a str,
    },
    Complete(&'a str),
}

/// Why a client's message is not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Malformed(String);

impl Protocol {
    /// Those that are spoken; the first that a client offers too is chosen.
    pub(super) fn offered(legacy: bool) -> impl Iterator<Item = Self> {
        [Self::GraphqlTransportWs].into_iter().chain(legacy.then_some(Self::SubscriptionsTransportWs))
    }

    /// The name under which it is negotiated.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GraphqlTransportWs => "graphql-transport-ws",
            // The library's and the protocol's names cross: this is not what npm `graphql-ws` speaks.
            Self::SubscriptionsTransportWs => "graphql-ws",
        }
    }

    /// Whether an operation whose id is in use takes the place of the one that has it.
    pub(super) fn replaces_running(self) -> bool {
        self == Self::SubscriptionsTransportWs
    }

    pub(super) fn parse(self, text: &str) -> Result<ClientMessage, Malformed> {
        let envelope = Envelope::parse(text)?;
        match self {
            Self::GraphqlTransportWs => graphql_transport_ws::parse(envelope),
            Self::SubscriptionsTransportWs => subscriptions_transport_ws::parse(envelope),
        }
    }

    /// Puts a message into words; `None` when this protocol has none for it.
    pub(super) fn write(self, message: ServerMessage<'_>) -> Option<Message> {
        match self {
            Self::GraphqlTransportWs => graphql_transport_ws::write(message),
            Self::SubscriptionsTransportWs => subscriptions_transport_ws::write(message),
        }
    }
}

impl Malformed {
    fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// What every message of either protocol is.
#[derive(Deserialize)]
struct Envelope<'text> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'text RawValue>,
}

impl<'text> Envelope<'text> {
    fn parse(text: &'text str) -> Result<Self, Malformed> {
        // A JSON array would also be read as a struct.
        if !text.trim_start().starts_with('{') {
            return Err(Malformed::new("not a JSON object"));
        }
        serde_json::from_str(text).map_err(|error| Malformed(error.to_string()))
    }

    fn id(self) -> Result<String, Malformed> {
        match self.id {
            Some(id) if id.len() > MAX_ID_BYTES => Err(Malformed::new("the id is too long")),
            Some(id) if !id.is_empty() => Ok(id),
            _ => Err(Malformed::new("the id is missing")),
        }
    }

    fn object(&self) -> Result<Option<Map<String, Value>>, Malformed> {
        let Some(payload) = self.payload else { return Ok(None) };
        serde_json::from_str(payload.get()).map_err(|_| Malformed::new("the payload is not an object"))
    }

    fn operation(self) -> Result<ClientMessage, Malformed> {
        let payload = self.payload.map_or("", RawValue::get);
        if !payload.starts_with('{') {
            return Err(Malformed::new("the payload is missing"));
        }
        let request: GraphqlRequest =
            serde_json::from_str(payload).map_err(|error| Malformed(error.to_string()))?;
        if !request.has_document() {
            return Err(Malformed::new("the payload has no document"));
        }
        Ok(ClientMessage::Subscribe { id: self.id()?, request: Box::new(request) })
    }
}

fn unknown_type() -> Malformed {
    Malformed::new("its type is not one of the protocol's")
}

/// A message that is only its type.
fn bare(text: &'static str) -> Message {
    Message::Text(Utf8Bytes::from_static(text))
}

fn with_id(kind: &str, id: &str) -> Message {
    Message::text(format!(r#"{{"id":{},"type":"{kind}"}}"#, quoted(id)))
}

fn with_payload(kind: &str, id: &str, payload: &[u8]) -> Message {
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
