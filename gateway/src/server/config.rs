//! What can be said about the client side of the gateway.

use http::Uri;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Problem;

/// GraphQL over HTTP and server-sent events.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    pub path: String,
    /// The largest request body, after decompression.
    pub max_body_bytes: usize,
    /// How long a client may take to send a request's headers, from connecting or from the last answer on; 75 seconds by
    /// default. A proxy in front has to give up its idle connections earlier.
    pub header_timeout_ms: u64,
    /// How long a client may take to send a request's body, 30 seconds by default; forms with files have
    /// `uploads.timeout_ms`.
    pub body_timeout_ms: u64,
    /// Between two comments on a silent event stream.
    pub sse_keep_alive_ms: u64,
    /// Between two heartbeats of a multipart subscription, 5 seconds by default.
    pub multipart_heartbeat_ms: u64,
    /// WebSockets and event streams at the same time.
    pub max_streams: usize,
    /// The same for one viewer, over all of their clients; unlimited by default. Who names nobody counts towards
    /// `max_streams` only.
    pub max_streams_per_viewer: Option<usize>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            path: "/graphql".to_owned(),
            max_body_bytes: 2 * 1024 * 1024,
            header_timeout_ms: 75_000,
            body_timeout_ms: 30_000,
            sse_keep_alive_ms: 12_000,
            multipart_heartbeat_ms: 5_000,
            max_streams: 20_000,
            max_streams_per_viewer: None,
        }
    }
}

/// GraphQL over WebSocket.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebSocketConfig {
    /// Also speak the older protocol of npm `subscriptions-transport-ws` (sub-protocol `graphql-ws`) with clients
    /// that offer nothing newer; `true` by default.
    pub legacy_protocol: bool,
    /// How long a client may wait before its `connection_init`.
    pub init_timeout_ms: u64,
    pub max_message_bytes: usize,
    /// Operations at the same time on one socket.
    pub max_operations: usize,
    /// How much may wait for a slow reader before its operations are held back.
    pub max_buffered_bytes: usize,
    /// A reader that takes nothing for this long is closed with 1013: it may come back.
    pub slow_reader_timeout_ms: u64,
    /// Between two pings; a client that is silent for two of them is gone.
    pub ping_interval_ms: u64,
    /// Refuse upgrades whose `Origin` is neither the host that they ask for nor in `cors.origins`; `true` by default. A
    /// proxy before the gateway has to leave `Host` as it was, or the page's origin has to be listed.
    pub check_origin: bool,
    /// On a stop, sockets are closed spread over this time.
    pub drain_jitter_ms: u64,
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            legacy_protocol: true,
            init_timeout_ms: 10_000,
            max_message_bytes: 2 * 1024 * 1024,
            max_operations: 100,
            max_buffered_bytes: 512 * 1024,
            slow_reader_timeout_ms: 15_000,
            ping_interval_ms: 20_000,
            check_origin: true,
            drain_jitter_ms: 500,
        }
    }
}

/// Server-sent events in the single connection mode of the graphql-sse protocol; the other mode needs no settings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SseConfig {
    /// Whether clients may reserve a stream (PUT) and run their operations on it; on by default.
    pub single_connection: bool,
    /// Operations at the same time on one reserved stream, 100 by default.
    pub max_operations: usize,
    /// How long a reserved stream may stay unopened, 30 seconds by default.
    pub reservation_timeout_ms: u64,
}

impl Default for SseConfig {
    fn default() -> Self {
        Self { single_connection: true, max_operations: 100, reservation_timeout_ms: 30_000 }
    }
}

/// Several operations in one request, sent as a JSON array.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BatchingConfig {
    /// Off by default: it makes one request cost as much as many.
    pub enabled: bool,
    /// Operations in one request, 10 by default; more are refused.
    pub max_operations: usize,
}

impl Default for BatchingConfig {
    fn default() -> Self {
        Self { enabled: false, max_operations: 10 }
    }
}

/// Compression of answers (gzip) for clients that accept it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompressionConfig {
    /// On by default. Streams are never compressed.
    pub enabled: bool,
    /// Smaller answers, in bytes, go out as they are; 1024 by default.
    pub min_bytes: u64,
}

impl Default for CompressionConfig {
    fn default() -> Self {
        Self { enabled: true, min_bytes: 1_024 }
    }
}

/// Which web pages may read answers; none by default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorsConfig {
    /// Origins such as `https://example.org`, or the one word `*`.
    pub origins: Vec<String>,
    /// Headers that pages may send besides the usual ones.
    pub headers: Vec<String>,
    pub max_age_seconds: Option<u64>,
}

impl CorsConfig {
    /// Origins that no browser would ever send.
    pub(crate) fn problems(&self) -> impl Iterator<Item = Problem> + '_ {
        let sound = |origin: &str| {
            let uri = origin.parse::<Uri>();
            origin == "*"
                || uri.is_ok_and(|uri| uri.scheme().is_some() && uri.path() == "/" && !origin.ends_with('/'))
        };
        self.origins.iter().enumerate().filter(move |(_, origin)| !sound(origin)).map(|(at, origin)| {
            let message = format!("{origin:?} is not an origin such as https://example.org");
            Problem::of(format!("cors.origins[{at}]"), message)
        })
    }
}

/// Which requests a browser must not be able to send on another page's behalf.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CsrfConfig {
    pub enabled: bool,
    /// Any of these headers shows that the browser has asked before sending.
    pub preflight_headers: Vec<String>,
}

impl Default for CsrfConfig {
    fn default() -> Self {
        let headers = ["apollo-require-preflight", "x-apollo-operation-name", "x-requested-with"];
        Self { enabled: true, preflight_headers: headers.map(str::to_owned).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_with_a_path_is_refused() {
        let config = |origin: &str| CorsConfig { origins: vec![origin.to_owned()], ..CorsConfig::default() };
        let sound = |origin: &str| config(origin).problems().next().is_none();
        assert!(sound("https://a.example") && sound("*"));
        assert!(!sound("https://a.example/") && !sound("a.example"));
    }
}
