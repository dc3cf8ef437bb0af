//! `graphql-transport-ws`, as npm `graphql-ws` writes it down in its PROTOCOL.md.

use axum::extract::ws::Message;
use serde_json::value::RawValue;

use super::{
    ClientMessage, Envelope, Malformed, PingPayload, ServerMessage, bare, unknown_type, with_id, with_payload,
};

pub(super) fn parse(envelope: Envelope<'_>) -> Result<ClientMessage, Malformed> {
    match envelope.kind.as_str() {
        "connection_init" => Ok(ClientMessage::Init(envelope.object()?.unwrap_or_default())),
        "ping" => {
            let text = envelope.payload.map(RawValue::get);
            let payload = envelope.object()?.zip(text);
            Ok(ClientMessage::Ping(
                payload.map(|(fields, text)| PingPayload { fields, text: text.to_owned() }),
            ))
        }
        "pong" => envelope.object().map(|_| ClientMessage::Pong),
        "complete" => Ok(ClientMessage::Complete(envelope.id()?)),
        "subscribe" => envelope.operation(),
        _ => Err(unknown_type()),
    }
}

pub(super) fn write(message: ServerMessage<'_>) -> Option<Message> {
    Some(match message {
        ServerMessage::Acknowledged => bare(r#"{"type":"connection_ack"}"#),
        ServerMessage::Pong(None) => bare(r#"{"type":"pong"}"#),
        ServerMessage::Pong(Some(payload)) => {
            Message::text(format!(r#"{{"type":"pong","payload":{payload}}}"#))
        }
        ServerMessage::Next { id, response } => with_payload("next", id, response),
        ServerMessage::Error { id, errors } => with_payload("error", id, errors.as_bytes()),
        ServerMessage::Complete(id) => with_id("complete", id),
        // The close frame says what is wrong, and the transport's own pings keep a socket alive.
        ServerMessage::InitRefused(_) | ServerMessage::Malformed(_) | ServerMessage::KeepAlive => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Protocol, *};

    const PROTOCOL: Protocol = Protocol::GraphqlTransportWs;

    fn written(message: ServerMessage<'_>) -> String {
        PROTOCOL.write(message).unwrap().to_text().unwrap().to_owned()
    }

    #[test]
    fn what_the_protocol_does_not_know_is_malformed() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "a".repeat(2_000));
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
            &long,
        ] {
            assert!(PROTOCOL.parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn messages_are_written_with_their_payload_untouched() {
        let next = ServerMessage::Next { id: "a\"b", response: b"{\"data\":1}" };
        assert_eq!(written(next), r#"{"id":"a\"b","type":"next","payload":{"data":1}}"#);
        let error = ServerMessage::Error { id: "1", errors: r#"[{"message":"m"}]"# };
        assert_eq!(written(error), r#"{"id":"1","type":"error","payload":[{"message":"m"}]}"#);
        assert_eq!(written(ServerMessage::Complete("1")), r#"{"id":"1","type":"complete"}"#);
        assert_eq!(written(ServerMessage::Pong(Some("{\"a\":1}"))), r#"{"type":"pong","payload":{"a":1}}"#);
    }
}
