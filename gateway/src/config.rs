//! The one configuration: typed, with a default for everything, unknown keys refused, all problems told at once.

mod environment;
mod problems;
mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use schemars::JsonSchema;
use serde::Deserialize;

pub use problems::Problem;

use crate::{
    authenticate::AuthenticationConfig,
    documents::{PersistedQueriesConfig, TrustedDocumentsConfig},
    engine::authorization::AuthorizationConfig,
    headers::HeadersConfig,
    playground::PlaygroundConfig,
    revocation_feed::RevocationsConfig,
    server::{
        BatchingConfig, CompressionConfig, CorsConfig, CsrfConfig, HttpConfig, SseConfig, WebSocketConfig,
    },
    serving::SupergraphConfig,
    streams::SubscriptionsConfig,
    subgraphs::{BreakerConfig, SubgraphConfig},
    uploads::UploadsConfig,
};
use written::{Notation, Written};

/// Everything that can be said about a gateway besides its supergraph.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub http: HttpConfig,
    pub websocket: WebSocketConfig,
    pub sse: SseConfig,
    pub batching: BatchingConfig,
    pub uploads: UploadsConfig,
    pub compression: CompressionConfig,
    pub cors: CorsConfig,
    pub csrf: CsrfConfig,
    pub authentication: AuthenticationConfig,
    pub authorization: AuthorizationConfig,
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
    /// Whether queries to a subgraph that are the same and under way at the same time are sent once; on by default. The
    /// same means: operation, all variables, who the client is, and every header that is sent, except the assertion's time,
    /// `x-request-id`, `traceparent` and `tracestate`. A header rule that writes one of the last three makes it count.
    pub deduplicate: bool,
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
            deduplicate: true,
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
            deduplicate: subgraph.deduplicate.unwrap_or(self.deduplicate),
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

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {reason}")]
    Read { path: String, reason: String },
    #[error("{path}: the name has to end in .yaml, .yml, .toml or .json")]
    Extension { path: String },
    #[error("{name}: {problems}", problems = listed(problems))]
    Content { name: String, problems: Vec<Problem> },
}

/// One problem stays in its line, several get one each.
pub(crate) fn listed(problems: &[Problem]) -> String {
    match problems {
        [problem] => problem.to_string(),
        problems => problems
            .iter()
            .fold(format!("{} problems", problems.len()), |text, problem| format!("{text}\n  {problem}")),
    }
}

impl Config {
    /// Reads a file, whose name's ending says whether it is YAML, TOML or JSON, and puts the variables named
    /// `GATEWAY__…` over it. Without a file there are only the variables.
    pub fn load(
        path: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            return Self::read("the environment", Written::empty(), variables);
        };
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: name.clone(), reason: error.to_string() })?;
        let notation = match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => Notation::Yaml,
            Some("toml") => Notation::Toml,
            Some("json") => Notation::Json,
            _ => return Err(ConfigError::Extension { path: name }),
        };
        Self::parse(&name, &text, notation, variables)
    }

    /// Reads YAML that comes from no file, such as one that is built in.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        Self::from_yaml_and(text, [])
    }

    /// The same with the variables named `GATEWAY__…` over it.
    pub fn from_yaml_and(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Self::parse("configuration", text, Notation::Yaml, variables)
    }

    /// What may stand in a configuration, as JSON Schema (draft 2020-12).
    pub fn json_schema() -> serde_json::Value {
        let mut schema = schemars::schema_for!(Self);
        schema.insert("title".to_owned(), "HugMood gateway configuration".into());
        schema.to_value()
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

    /// What the types can't tell. Whether names fit the supergraph is seen when both are there.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.http.path.starts_with('/') {
            problems.push(Problem::of("http.path", "it has to begin with a slash"));
        }
        problems.extend(self.cors.problems());
        problems.extend(self.authentication.problems());
        for (name, subgraph) in &self.subgraphs {
            problems.extend(subgraph.problems(&format!("subgraphs.{name}")));
        }
        problems
    }

    fn parse(
        name: &str,
        text: &str,
        notation: Notation,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        match Written::parse(text, notation) {
            Ok(written) => Self::read(name, written, variables),
            Err(problem) => Err(ConfigError::Content { name: name.to_owned(), problems: vec![problem] }),
        }
    }

    fn read(
        name: &str,
        mut written: Written,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut problems = environment::override_by(&mut written, variables);
        match problems::read(written) {
            Ok(config) if problems.is_empty() => Ok(config),
            Ok(_) => Err(ConfigError::Content { name: name.to_owned(), problems }),
            Err(more) => {
                problems.splice(0..0, more);
                Err(ConfigError::Content { name: name.to_owned(), problems })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&path), variables)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), name))
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_in_each_notation() {
        let files = [
            ("unknown.yaml", "http:\n  path: /graphql\n  pth: /x\n"),
            ("unknown.toml", "[http]\npath = \"/graphql\"\npth = \"/x\"\n"),
            ("unknown.json", "{\n\"http\": {\n\t\"pth\": 1}}"),
        ];
        for (name, text) in files {
            let error = load(name, text, &[]).unwrap_err();
            assert!(error.starts_with(&format!("{name}: line 3: http.pth: unknown field `pth`")), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_parsed_is_refused_with_its_line_in_each_notation() {
        let files = [
            ("bad.yaml", "http:\n  path: [\n"),
            ("bad.toml", "[http]\npath = \n"),
            ("bad.json", "{\n\"http\": }"),
        ];
        for (name, text) in files {
            let error = load(name, text, &[]).unwrap_err();
            assert!(error.starts_with(&format!("{name}: line ")), "{error}");
        }
    }

    #[test]
    fn every_problem_is_told_at_once_in_the_order_of_the_file() {
        let text = "\
http: { path: graphql, max_body_bytes: much }
cors:
  origins:
    - https://app.example.org
    - app.example.org
headers:
  all:
    - propagate: { name: accept-language }
    - propagate: { name: 'not a name' }
    - drop: { name: x }
traffic:
  retries: -1
authentication:
  jwks: { subgraph: auth, url: 'https://a.example/keys' }
subgraphs:
  auth: { url: 'ftp://a' }
revocations:
  subject: auth.SessionRevoked
";
        insta::assert_snapshot!(load("gateway.yaml", text, &[]).unwrap_err(), @r#"
        gateway.yaml: 9 problems
          line 1: http.max_body_bytes: invalid type: string "much", expected usize
          line 1: http.path: it has to begin with a slash
          line 5: cors.origins[1]: "app.example.org" is not an origin such as https://example.org
          line 9: headers.all[1]: "not a name" is not a header name
          line 10: headers.all[2].drop: unknown field `drop`, expected one of `propagate`, `insert`, `remove`
          line 12: traffic.retries: invalid value: integer `-1`, expected u32
          line 14: authentication.jwks: give either url or subgraph
          line 16: subgraphs.auth.url: "ftp://a" is not a URL that begins with http:// or https://
          line 18: revocations.subject: unknown field `subject`, expected `memory_seconds` or `events`
        "#);
    }

    #[test]
    fn the_environment_overrides_the_file_and_its_mistakes_name_the_variable() {
        let text = "http: { path: /a }\nsubgraphs: { Auth: { timeout_ms: 5 } }\n";
        let variables = [
            ("GATEWAY__HTTP__PATH", "/b"),
            ("GATEWAY__SUBGRAPHS__AUTH__TIMEOUT_MS", "7"),
            ("GATEWAY__CORS__ORIGINS", "[https://app.example.org]"),
            ("GATEWAY_UNRELATED", "x"),
        ];
        let config = load("gateway.yaml", text, &variables).unwrap();
        assert_eq!((config.http.path.as_str(), config.subgraphs["Auth"].timeout_ms), ("/b", Some(7)));
        assert_eq!(config.cors.origins, ["https://app.example.org"]);
        let wrong = [
            ("GATEWAY__TRAFFIC__BREAKER__FAILS", "2"),
            ("GATEWAY__TRAFFIC__RETRIES", "some"),
            ("GATEWAY__CORS", "["),
        ];
        insta::assert_snapshot!(load("gateway.yaml", text, &wrong).unwrap_err(), @r#"
        gateway.yaml: 3 problems
          environment variable GATEWAY__TRAFFIC__BREAKER__FAILS: traffic.breaker.fails: unknown field `fails`, expected `failures` or `open_ms`
          environment variable GATEWAY__TRAFFIC__RETRIES: traffic.retries: invalid type: string "some", expected u32
          environment variable GATEWAY__CORS: while parsing a node, did not find expected node content
        "#);
    }

    #[test]
    fn an_empty_file_is_the_default_and_the_environment_gives_addresses() {
        assert_eq!(load("empty.yaml", "", &[]).unwrap().traffic.retries, 1);
        assert_eq!(load("comment.yaml", "# nothing\n", &[]).unwrap().traffic.retries, 1);
        let text = "subgraphs: {auth: {url: 'http://a', url_env: AUTH_SERVICE_URL}}";
        let config = Config::from_yaml(text).unwrap();
        let config =
            config.with_environment(|name| (name == "AUTH_SERVICE_URL").then(|| "http://b".to_owned()));
        assert_eq!(config.subgraphs["auth"].url.as_deref(), Some("http://b"));
    }
}
