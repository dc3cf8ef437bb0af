//! From a subgraph's streaming body to single GraphQL responses.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};

use crate::engine::upstream::UpstreamError;

/// What a parser finds in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// One GraphQL response, as JSON.
    Item(Bytes),
    /// The subgraph said that nothing more will come.
    End,
}

/// The body does not follow its protocol.
#[derive(Debug)]
pub(super) struct FrameError(pub String);

/// Cuts a body into frames.
pub(super) trait FrameParser: Send {
    fn push(&mut self, chunk: &[u8]);
    /// Bytes kept for frames that are not whole yet.
    fn buffered(&self) -> usize;
    /// The next whole frame; `None` until more bytes are pushed.
    fn next(&mut self) -> Result<Option<Frame>, FrameError>;
}

/// Bounds on one stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameLimits {
    /// The largest single response.
    pub max_frame_bytes: usize,
    /// How long a stream may stay silent; heartbeats count as sound.
    pub max_silence: Option<Duration>,
}

struct Reader<Parser> {
    chunks: axum::body::BodyDataStream,
    parser: Parser,
    limits: FrameLimits,
}

/// The responses in `body`. Dropping the stream drops the connection. A body that ends without saying so is an error.
pub(super) fn responses<Parser>(
    body: Body,
    parser: Parser,
    limits: FrameLimits,
) -> BoxStream<'static, Result<Bytes, UpstreamError>>
where
    Parser: FrameParser + 'static,
{
    let reader = Reader { chunks: body.into_data_stream(), parser, limits };
    stream::unfold(Some(reader), |reader| async move {
        let mut reader = reader?;
        match reader.read().await {
            Ok(Some(item)) => Some((Ok(item), Some(reader))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl<Parser: FrameParser> Reader<Parser> {
    async fn read(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        loop {
            match self.parser.next() {
                Ok(Some(Frame::Item(item))) => return Ok(Some(item)),
                Ok(Some(Frame::End)) => return Ok(None),
                Ok(None) => {}
                Err(FrameError(reason)) => return Err(UpstreamError::Malformed(reason)),
            }
            if self.parser.buffered() > self.limits.max_frame_bytes {
                return Err(UpstreamError::Malformed("one event of the stream is too large".to_owned()));
            }
            let chunk = self.chunk().await?;
            self.parser.push(&chunk);
        }
    }

    async fn chunk(&mut self) -> Result<Bytes, UpstreamError> {
        let next = self.chunks.next();
        let chunk = match self.limits.max_silence {
            Some(silence) => tokio::time::timeout(silence, next).await.map_err(|_| UpstreamError::Timeout)?,
            None => next.await,
        };
        match chunk {
            Some(Ok(chunk)) => Ok(chunk),
            Some(Err(error)) => Err(UpstreamError::Unreachable(format!("the stream broke: {error}"))),
            None => Err(UpstreamError::Unreachable("the stream ended without a completion".to_owned())),
        }
    }
}
