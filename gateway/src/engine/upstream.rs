//! The way out: what the engine needs from whoever talks to subgraphs.

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::context::RequestContext;

/// A stream of subscription events, each the JSON of one GraphQL response.
pub type UpstreamStream = BoxStream<'static, Result<Bytes, UpstreamError>>;

/// Sends operations to subgraphs.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// One GraphQL-over-HTTP POST to a subgraph; `body` is the JSON request. Returns the response body as it came.
    async fn fetch(
        &self,
        subgraph: &str,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<Bytes, UpstreamError>;

    /// A subscription: each item is the JSON of one GraphQL response. Dropping the stream ends it upstream.
    async fn stream(
        &self,
        subgraph: &str,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<UpstreamStream, UpstreamError>;
}

/// Why a subgraph gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UpstreamError {
    /// No answer within the subgraph's time.
    #[error("timed out")]
    Timeout,
    /// No connection, or it broke before the answer was complete.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// An HTTP status other than 2xx, with the body when there was one.
    #[error("answered with status {0}")]
    Status(u16, Option<Bytes>),
    /// An answer that is not what the transport promises.
    #[error("malformed answer: {0}")]
    Malformed(String),
    /// Not sent: too many requests to this subgraph at once, or its circuit is open.
    #[error("overloaded")]
    Overloaded,
}

impl UpstreamError {
    /// Whether the same request may go well a moment later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Timeout | Self::Unreachable(_) | Self::Overloaded | Self::Status(429 | 500.., _) => true,
            Self::Status(..) | Self::Malformed(_) => false,
        }
    }
}
