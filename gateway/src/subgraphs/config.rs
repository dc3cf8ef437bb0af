//! What the configuration may say of one subgraph.

use http::Uri;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Problem;

/// What the configuration may say of one subgraph.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphConfig {
    /// Instead of the supergraph's.
    pub url: Option<String>,
    /// The environment variable that holds the URL; it wins over `url` when it is set. A bare origin is
    /// completed with the path of the supergraph's URL.
    pub url_env: Option<String>,
    /// Speak HTTP/2 without TLS.
    pub http2: bool,
    pub timeout_ms: Option<u64>,
    pub retries: Option<u32>,
    pub max_concurrent: Option<usize>,
    pub max_response_bytes: Option<usize>,
    /// Instead of `traffic.deduplicate`.
    pub deduplicate: Option<bool>,
    pub stream_silence_ms: Option<u64>,
}

impl SubgraphConfig {
    /// What the types can't tell; `key` is where this stands.
    pub(crate) fn problems(&self, key: &str) -> Option<Problem> {
        let url = self.url.as_deref()?;
        let sound = url
            .parse::<Uri>()
            .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some());
        let message = || format!("{url:?} is not a URL that begins with http:// or https://");
        (!sound).then(|| Problem::of(format!("{key}.url"), message()))
    }
}
