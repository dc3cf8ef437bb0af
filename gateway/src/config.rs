//! The one configuration: typed, with a default for everything, unknown keys refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    authenticate::AuthenticationConfig,
    documents::{PersistedQueriesConfig, TrustedDocumentsConfig},
    headers::HeadersConfig,
    playground::PlaygroundConfig,
    server::{BatchingConfig, CompressionConfig, CorsConfig, CsrfConfig, HttpConfig, WebSocketConfig},
    serving::SupergraphConfig,
    streams::SubscriptionsConfig,
    subgraphs::{BreakerConfig, SubgraphConfig},
};

/// Everything that can be said about a gateway besides its supergraph.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub http: HttpConfig,
    pub websocket: WebSocketConfig,
    pub batching: BatchingConfig,
    pub compression: CompressionConfig,
    pub cors: CorsConfig,
    pub csrf: CsrfConfig,
    pub authentication: AuthenticationConfig,
    pub headers: HeadersConfig,
    pub traffic: TrafficConfig,
    pub subgraphs: BTreeMap<String, SubgraphConfig>,
    pub operations: OperationsConfig,
    pub persisted_queries: PersistedQueriesConfig,
    /// No list of trusted documents by default.
    pub trusted_documents: Option<TrustedDocumentsConfig>,
    pub playground: PlaygroundConfig,
    pub subscriptions: SubscriptionsConfig,
    pub revocations: Option<RevocationsConfig>,
    pub supergraph: SupergraphConfig,
}

/// How subgraphs are treated, unless [`SubgraphConfig`] says otherwise for one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrafficConfig {
    pub connect_timeout_ms: u64,
    /// From sending a request to its last byte; for a stream, to its first.
    pub timeout_ms: u64,
    /// How often a failed query is sent again. Mutations never are.
    pub retries: u32,
    /// Requests to one subgraph at the same time; more wait. Streams don't count.
    pub max_concurrent: usize,
    pub max_response_bytes: usize,
    /// How long a stream may stay without a byte, heartbeats included; unlimited by default.
    pub stream_silence_ms: Option<u64>,
    pub breaker: BreakerConfig,
}

impl Default for TrafficConfig {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 2_000,
            timeout_ms: 15_000,
            retries: 1,
            max_concurrent: 1_024,
            max_response_bytes: 32 * 1024 * 1024,
            stream_silence_ms: None,
            breaker: BreakerConfig::default(),
        }
    }
}

impl TrafficConfig {
    /// These settings with what is special to one subgraph on top.
    pub fn overlaid(&self, subgraph: &SubgraphConfig) -> Self {
        Self {
            timeout_ms: subgraph.timeout_ms.unwrap_or(self.timeout_ms),
            retries: subgraph.retries.unwrap_or(self.retries),
            max_concurrent: subgraph.max_concurrent.unwrap_or(self.max_concurrent),
            max_response_bytes: subgraph.max_response_bytes.unwrap_or(self.max_response_bytes),
            stream_silence_ms: subgraph.stream_silence_ms.or(self.stream_silence_ms),
            ..self.clone()
        }
    }
}

/// What clients may ask for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationsConfig {
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    pub max_depth: usize,
    pub max_aliases: usize,
    pub max_root_fields: usize,
    pub max_directives: usize,
    pub max_fields: usize,
    pub max_tokens: usize,
    pub max_document_bytes: usize,
    /// How many bytes the documents that are kept may take; 16 MiB by default.
    pub document_cache_bytes: u64,
    /// How many bytes the plans that are kept may take; 48 MiB by default.
    pub plan_cache_bytes: u64,
    /// The labels of `@override(label:)` that are on; none by default. `percent(…)` is decided for each request.
    pub override_labels: BTreeSet<String>,
    pub planning_timeout_ms: u64,
    /// Whether `extensions.queryPlan` shows how an operation was planned.
    pub expose_query_plan: bool,
    /// The subgraphs whose error messages clients may read; all of them by default.
    pub show_errors_of: Option<Vec<String>>,
}

impl Default for OperationsConfig {
    fn default() -> Self {
        let engine = crate::engine::options::EngineOptions::default();
        Self {
            introspection: engine.introspection,
            max_depth: engine.limits.max_depth,
            max_aliases: engine.limits.max_aliases,
            max_root_fields: engine.limits.max_root_fields,
            max_directives: engine.limits.max_directives,
            max_fields: engine.limits.max_fields,
            max_tokens: engine.limits.max_tokens,
            max_document_bytes: engine.limits.max_document_bytes,
            document_cache_bytes: engine.document_cache_bytes,
            plan_cache_bytes: engine.plan_cache_bytes,
            override_labels: engine.override_labels,
            planning_timeout_ms: 2_000,
            expose_query_plan: engine.expose_query_plan,
            show_errors_of: None,
        }
    }
}

/// Where the bus tells of sessions that ended.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevocationsConfig {
    /// The event, such as `auth.SessionRevoked`.
    pub subject: String,
    /// The field of its data that holds the session's id.
    pub session_field: String,
    /// The field that holds the instant until which its tokens are good; an hour from now without it.
    pub until_field: Option<String>,
}

/// Why a configuration is refused, in one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {reason}")]
    Read { path: String, reason: String },
    #[error("{path}: {reason}")]
    Content { path: String, reason: String },
    #[error("{path}: the name has to end in .yaml, .yml, .toml or .json")]
    Extension { path: String },
}

impl Config {
    /// Reads a file; its name's ending says whether it is YAML, TOML or JSON.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: name.clone(), reason: error.to_string() })?;
        let parse = match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Self::from_yaml,
            Some("toml") => from_toml::<Self>,
            Some("json") => |text: &str| serde_json::from_str(text).map_err(|error| error.to_string()),
            _ => return Err(ConfigError::Extension { path: name }),
        };
        parse(&text).map_err(|reason| ConfigError::Content { path: name, reason })
    }

    /// Parses YAML; the error names the line.
    pub fn from_yaml(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_yaml_ng::from_str(text).map_err(|error| error.to_string())
    }

    /// Takes the subgraphs' addresses from the environment where `url_env` says so.
    pub fn with_environment(mut self, environment: impl Fn(&str) -> Option<String>) -> Self {
        for subgraph in self.subgraphs.values_mut() {
            let named = subgraph.url_env.as_deref().and_then(&environment).filter(|url| !url.is_empty());
            if named.is_some() {
                subgraph.url = named;
            }
        }
        self
    }
}

fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("{} at line {}", error.message(), before.matches('\n').count() + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, text: &str) -> Result<Config, ConfigError> {
        let directory = std::env::temp_dir().join(format!("gateway-config-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_in_each_format() {
        let files = [
            ("unknown.yaml", "http:\n  path: /graphql\n  pth: /x\n"),
            ("unknown.toml", "[http]\npath = \"/graphql\"\npth = \"/x\"\n"),
            ("unknown.json", "{\n\"http\": {\n\"pth\": 1}}"),
        ];
        for (name, text) in files {
            let error = load(name, text).unwrap_err().to_string();
            assert!(error.contains("unknown field `pth`") && error.contains("line 3"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn an_empty_file_is_the_default_and_the_environment_gives_addresses() {
        assert_eq!(load("empty.yaml", "").unwrap().traffic.retries, 1);
        let config =
            Config::from_yaml("subgraphs: {auth: {url: 'http://a', url_env: AUTH_SERVICE_URL}}").unwrap();
        let config =
            config.with_environment(|name| (name == "AUTH_SERVICE_URL").then(|| "http://b".to_owned()));
        assert_eq!(config.subgraphs["auth"].url.as_deref(), Some("http://b"));
    }
}
