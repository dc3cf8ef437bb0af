//! How an engine is tuned.

use std::collections::BTreeSet;
use std::time::Duration;

use super::authorization::AuthorizationConfig;

/// Everything about an engine that is not its supergraph.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Whether `__schema` and `__type` are answered; `__typename` always is.
    pub introspection: bool,
    /// What a document may cost before it is refused.
    pub limits: Limits,
    /// How many bytes the documents that are kept may take, by estimate.
    pub document_cache_bytes: u64,
    /// How many bytes the plans that are kept may take, by estimate.
    pub plan_cache_bytes: u64,
    /// The labels of `@override(label:)` that are on; `percent(…)` needs none.
    pub override_labels: BTreeSet<String>,
    /// How long planning one operation may take.
    pub planning_timeout: Duration,
    /// Whether `extensions.queryPlan` shows how the operation was planned.
    pub expose_query_plan: bool,
    /// Which subgraphs' error messages clients may read.
    pub subgraph_errors: SubgraphErrors,
    /// What the supergraph's authorization directives lead to.
    pub authorization: AuthorizationConfig,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            introspection: true,
            limits: Limits::default(),
            document_cache_bytes: 16 * 1024 * 1024,
            plan_cache_bytes: 48 * 1024 * 1024,
            override_labels: BTreeSet::new(),
            planning_timeout: Duration::from_secs(2),
            expose_query_plan: false,
            subgraph_errors: SubgraphErrors::default(),
            authorization: AuthorizationConfig::default(),
        }
    }
}

/// Upper bounds on one document. Fragments count as often as they are spread.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Nested selection sets, introspection aside.
    pub max_depth: usize,
    /// Fields under another name than their own.
    pub max_aliases: usize,
    /// Fields of the operation's root.
    pub max_root_fields: usize,
    /// Uses of directives.
    pub max_directives: usize,
    /// Fields altogether: what validation and planning take most of their time for.
    pub max_fields: usize,
    /// Lexical tokens.
    pub max_tokens: usize,
    /// Length of the text in bytes.
    pub max_document_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 24,
            max_aliases: 100,
            max_root_fields: 50,
            max_directives: 200,
            max_fields: 2_000,
            max_tokens: 15_000,
            max_document_bytes: 256 * 1024,
        }
    }
}

/// Whose error messages and extensions reach the client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SubgraphErrors {
    /// Every subgraph's.
    #[default]
    Include,
    /// Only these subgraphs'; the others' messages are replaced and their extensions reduced to `code` and `service`.
    IncludeOnly(Vec<String>),
}

impl SubgraphErrors {
    /// Whether what `service` says may be read by clients.
    pub(super) fn shows(&self, service: &str) -> bool {
        match self {
            Self::Include => true,
            Self::IncludeOnly(services) => services.iter().any(|name| name == service),
        }
    }
}
