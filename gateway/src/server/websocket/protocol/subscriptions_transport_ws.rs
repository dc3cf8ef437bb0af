//! The sub-protocol `graphql-ws`, as npm `subscriptions-transport-ws` writes it down in its PROTOCOL.md.

use axum::extract::ws::Message;
use serde_json::{Value, json};

use super::{ClientMessage, Envelope, Malformed, ServerMessage, bare, unknown_type, with_id, with_payload};

pub(super) fn parse(envelope: Envelope<'_>) -> Result<ClientMessage, Malformed> {
    match envelope.kind.as_str() {
        "connection_init" => Ok(ClientMessage::Init(envelope.object()?.unwrap_or_default())),
        "start" => envelope.operation(),
        "stop" => Ok(ClientMessage::Complete(envelope.id()?)),
        "connection_terminate" => Ok(ClientMessage::Terminate),
        _ => Err(unknown_type()),
    }
}

pub(super) fn write(message: ServerMessage<'_>) -> Option<Message> {
    Some(match message {
        ServerMessage::Acknowledged => bare(r#"{"type":"connection_ack"}"#),
        // A message that is not understood is answered in the same way, and the socket goes on.
        ServerMessage::InitRefused(reason) | ServerMessage::Malformed(reason) => {
            Message::text(json!({ "type": "connection_error", "payload": { "message": reason } }).to_string())
        }
        ServerMessage::KeepAlive => bare(r#"{"type":"ka"}"#),
        ServerMessage::Next { id, response } => with_payload("data", id, response),
        ServerMessage::Error { id, errors } => with_payload("error", id, one_error(errors).as_bytes()),
        ServerMessage::Complete(id) => with_id("complete", id),
        ServerMessage::Pong(_) => return None,
    })
}

/// The payload is one error here. The library's client looks for `errors` in it, others read the message.
fn one_error(errors: &str) -> String {
    let errors: Value = serde_json::from_str(errors).unwrap_or_default();
    json!({ "message": errors[0]["message"], "errors": errors }).to_string()
}

#[cfg(test)]
mod tests {
    use super::{super::Protocol, *};

    const PROTOCOL: Protocol = Protocol::SubscriptionsTransportWs;

    #[test]
    fn the_words_are_those_of_the_older_protocol() {
        let start = r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#;
        assert!(matches!(PROTOCOL.parse(start), Ok(ClientMessage::Subscribe { id, .. }) if id == "1"));
        let stop = r#"{"type":"stop","id":"1"}"#;
        assert!(matches!(PROTOCOL.parse(stop), Ok(ClientMessage::Complete(id)) if id == "1"));
        let terminate = r#"{"type":"connection_terminate"}"#;
        assert!(matches!(PROTOCOL.parse(terminate), Ok(ClientMessage::Terminate)));
        for unknown in ["subscribe", "complete", "ping", "data"] {
            let message = format!(r#"{{"type":"{unknown}","id":"1","payload":{{"query":"{{a}}"}}}}"#);
            assert!(PROTOCOL.parse(&message).is_err(), "{message}");
        }
        let data = PROTOCOL.write(ServerMessage::Next { id: "1", response: b"{}" }).unwrap();
        assert_eq!(data.to_text().unwrap(), r#"{"id":"1","type":"data","payload":{}}"#);
    }
}
