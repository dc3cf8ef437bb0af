//! The parts of Apollo's protocol for subscriptions over HTTP, `multipart/mixed;subscriptionSpec="1.0"`.
//!
//! A part's end is seen only when the next boundary is read, so the boundary is sent together with the part before it.

use bytes::{BufMut, Bytes, BytesMut};

/// The first boundary.
pub(super) const OPENING: Bytes = Bytes::from_static(b"\r\n--graphql");
/// Keeps proxies from closing a silent stream, and tells us when the client is gone.
pub(super) const HEARTBEAT: Bytes =
    Bytes::from_static(b"\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql");
/// Makes the last boundary the closing one.
pub(super) const END: Bytes = Bytes::from_static(b"--\r\n");

const HEAD: &[u8] = b"\r\ncontent-type: application/json\r\n\r\n";
const BOUNDARY: &[u8] = b"\r\n--graphql";

/// A response of the operation.
pub(super) fn next(body: &[u8]) -> Bytes {
    part(&[b"{\"payload\":", body, b"}"])
}

/// The end of the stream by an error of its own; `body` is a GraphQL response with errors only.
pub(super) fn broken(body: &[u8]) -> Bytes {
    match body.strip_prefix(b"{") {
        Some(errors) => part(&[b"{\"payload\":null,", errors]),
        None => part(&[b"{\"payload\":null}"]),
    }
}

fn part(pieces: &[&[u8]]) -> Bytes {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut part = BytesMut::with_capacity(HEAD.len() + length + BOUNDARY.len());
    part.put_slice(HEAD);
    for piece in pieces {
        part.put_slice(piece);
    }
    part.put_slice(BOUNDARY);
    part.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_carries_the_boundary_that_ends_it() {
        let head = "\r\ncontent-type: application/json\r\n\r\n";
        assert_eq!(next(b"{\"data\":1}"), format!("{head}{{\"payload\":{{\"data\":1}}}}\r\n--graphql"));
        let broken = broken(b"{\"errors\":[]}");
        assert_eq!(broken, format!("{head}{{\"payload\":null,\"errors\":[]}}\r\n--graphql"));
    }
}
