//! The events of the graphql-sse protocol: of one operation, and of several on one stream.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

/// A comment: keeps proxies from closing a silent stream, and tells us when the client is gone.
pub(super) const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");
/// `EventSource` does not see an event without data, so an empty line of data goes with it.
pub(super) const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");

/// Says where the stream is, without an event: a client keeps the id, and dispatches nothing.
pub(super) fn position(id: &str) -> Bytes {
    format!("id: {id}\n\n").into()
}

/// A response. JSON that holds no raw line break stays on one line; a subgraph's own formatting may hold some.
pub(super) fn next(body: &[u8]) -> Bytes {
    next_at(None, body)
}

/// A response after which the stream is at `id`.
pub(super) fn next_at(id: Option<&str>, body: &[u8]) -> Bytes {
    let mut event = BytesMut::with_capacity(body.len() + id.map_or(0, str::len) + 40);
    event.put_slice(b"event: next\n");
    if let Some(id) = id {
        event.put_slice(b"id: ");
        event.put_slice(id.as_bytes());
        event.put_u8(b'\n');
    }
    for line in body.split(|byte| *byte == b'\n' || *byte == b'\r') {
        event.put_slice(b"data: ");
        event.put_slice(line);
        event.put_u8(b'\n');
    }
    event.put_u8(b'\n');
    event.freeze()
}

/// A response of one operation among several on the same stream.
pub(super) fn next_of(id: &str, body: &[u8]) -> Bytes {
    let id = Value::from(id).to_string();
    let mut message = Vec::with_capacity(body.len() + id.len() + 24);
    message.extend_from_slice(b"{\"id\":");
    message.extend_from_slice(id.as_bytes());
    message.extend_from_slice(b",\"payload\":");
    message.extend_from_slice(body);
    message.push(b'}');
    next(&message)
}

/// The end of one operation among several.
pub(super) fn complete_of(id: &str) -> Bytes {
    format!("event: complete\ndata: {{\"id\":{}}}\n\n", Value::from(id)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_line_breaks_stays_one_event() {
        assert_eq!(next(b"{\"a\":1}"), "event: next\ndata: {\"a\":1}\n\n");
        assert_eq!(next_at(Some("t1"), b"{}"), "event: next\nid: t1\ndata: {}\n\n");
        assert_eq!(next_of("a\nb", b"{}"), "event: next\ndata: {\"id\":\"a\\nb\",\"payload\":{}}\n\n");
        assert_eq!(complete_of("1"), "event: complete\ndata: {\"id\":\"1\"}\n\n");
        assert_eq!(next(b"{\n}"), "event: next\ndata: {\ndata: }\n\n");
    }
}
