//! The gateway as clients see it: GraphQL over HTTP, WebSocket and server-sent events, a playground, health.

mod access_log;
mod batch;
mod call;
mod compression;
mod config;
mod drain;
mod event_id;
mod event_stream;
mod graphql;
mod media;
mod multipart_stream;
mod origin;
mod params;
mod refusal;
mod request_id;
mod reserved_streams;
mod response_stream;
mod stream_slots;
mod upload_form;
mod websocket;

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    routing::{any, get},
};
use clock::SharedClock;
use http::Uri;
use identity::AssertionSigner;
use service::transport::{HttpOptions, Transport};
use tokio::sync::watch;
use tower_http::{catch_panic::CatchPanicLayer, decompression::RequestDecompressionLayer};

pub use config::{
    BatchingConfig, CompressionConfig, CorsConfig, CsrfConfig, HttpConfig, SseConfig, WebSocketConfig,
};

use crate::{
    authenticate::{Authenticator, FindJwks, JwksConfig, JwksSource, Revocations},
    config::{Config, Problem, listed},
    documents::{Documents, DocumentsOptions, ManifestError},
    engine::{
        SupergraphError,
        options::{EngineOptions, Limits, SubgraphErrors},
        subgraphs_of,
    },
    health, playground,
    revocation_feed::RevocationsConfig,
    serving::{Serving, ServingError, Servings, SupergraphConfig, SupergraphHealth},
    streams::Streams,
    subgraphs::{Subgraphs, SubgraphsError, SubgraphsOptions},
};
use drain::Drain;
use request_id::RequestIds;
use reserved_streams::ReservedStreams;
use stream_slots::StreamSlots;

/// What a gateway is made from.
#[derive(Debug)]
pub struct GatewayOptions {
    pub supergraph_sdl: String,
    pub config: Config,
    /// Signs the assertions for subgraphs; a gateway for a foreign supergraph has none.
    pub identity_secret: Option<String>,
    /// How to reach the subgraphs it names, instead of over the network.
    pub transports: HashMap<String, Transport>,
    pub clock: SharedClock,
}

/// Why there is no gateway, in one line.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("the supergraph is refused: {0}")]
    Supergraph(#[from] SupergraphError),
    #[error(transparent)]
    Subgraphs(#[from] SubgraphsError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("authentication.jwks: {0}")]
    Jwks(String),
    #[error("{}", listed(.0))]
    Config(Vec<Problem>),
}

/// A gateway over one supergraph. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) shared: Arc<Shared>,
}

/// Everything a request may need.
pub(crate) struct Shared {
    pub(crate) config: Config,
    servings: Arc<Servings>,
    pub(crate) documents: Documents,
    pub(crate) authenticator: Authenticator,
    request_ids: RequestIds,
    drain: Drain,
    slots: StreamSlots,
    reserved: ReservedStreams,
    pub(crate) streams: Streams,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Gateway")
    }
}

impl Gateway {
    /// Loads the supergraph and gets ready to serve it. Asks no subgraph anything.
    pub fn try_new(options: GatewayOptions) -> Result<Self, GatewayError> {
        let GatewayOptions { supergraph_sdl, config, identity_secret, transports, clock } = options;
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(GatewayError::Config(problems));
        }
        let subgraphs = Arc::new(Subgraphs::try_new(SubgraphsOptions {
            declared: subgraphs_of(&supergraph_sdl)?,
            config: &config,
            transports,
            signer: identity_secret.as_deref().map(AssertionSigner::new),
            clock: clock.clone(),
        })?);
        let engine_options = engine_options(&config);
        let life = config.supergraph.clone();
        let servings = Servings::try_new(&supergraph_sdl, subgraphs, engine_options, life, clock.clone())?;
        let servings = Arc::new(servings);
        let jwks = config.authentication.jwks.as_ref();
        let jwks = jwks.map(|jwks| find_jwks(jwks, &servings)).transpose()?;
        let revocations = Revocations::new(clock.clone());
        let authenticator = Authenticator::new(&config.authentication, jwks, revocations, clock);
        let documents = Documents::try_new(&DocumentsOptions {
            persisted: &config.persisted_queries,
            trusted: config.trusted_documents.as_ref(),
            max_document_bytes: config.operations.max_document_bytes,
        })?;
        let forwarded = config.headers.forwarded();
        let streams = Streams::new(config.subscriptions.clone(), forwarded, servings.subscribe());
        let shared = Shared {
            servings,
            documents,
            authenticator,
            request_ids: RequestIds::new(),
            drain: Drain::new(Duration::from_millis(config.websocket.drain_jitter_ms)),
            slots: StreamSlots::new(&config.http),
            reserved: ReservedStreams::new(config.sse.clone()),
            streams,
            config,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Everything the gateway serves.
    pub fn router(&self) -> Router {
        let path = self.shared.config.http.path.as_str();
        let mut router = Router::new()
            .route(path, any(graphql::graphql))
            .route("/health/live", get(health::live))
            .route("/health/ready", get(health::ready))
            .route("/health/services", get(health::services));
        if self.shared.config.playground.enabled && path != "/" {
            let bundled = get(playground::bundle::file);
            router = router.route("/", get(playground::page)).route(playground::bundle::ROUTE, bundled);
        }
        // An encoding that isn't known goes on to the handler, whose refusal has a code.
        let router = router.layer(RequestDecompressionLayer::new().pass_through_unaccepted(true));
        let router = match compression::layer(&self.shared.config.compression) {
            Some(compression) => router.layer(compression),
            None => router,
        };
        let router = match origin::cors_layer(&self.shared.config.cors) {
            Some(cors) => router.layer(cors),
            None => router,
        };
        router.layer(CatchPanicLayer::custom(refusal::of_panic)).with_state(self.clone())
    }

    /// What a request that begins now is served with, from its first byte to its last.
    pub fn serving(&self) -> Arc<Serving> {
        self.shared.servings.current()
    }

    /// Tells of each supergraph that replaces another: streams have to move over to it.
    pub fn servings(&self) -> watch::Receiver<Arc<Serving>> {
        self.shared.servings.subscribe()
    }

    /// Serves another supergraph from now on, once it is loaded and warmed up; running requests keep theirs. A refused
    /// one changes nothing.
    pub async fn replace_supergraph(&self, supergraph_sdl: String) -> Result<u64, ServingError> {
        self.shared.servings.renew(supergraph_sdl).await
    }

    /// Logs and shows that a new supergraph can't be had.
    pub(crate) fn refuse_supergraph(&self, reason: String) {
        self.shared.servings.note_refusal(reason);
    }

    /// Whatever was refused is not offered any more.
    pub(crate) fn accept_supergraph_again(&self) {
        self.shared.servings.forget_refusal();
    }

    pub(crate) fn supergraph_config(&self) -> &SupergraphConfig {
        self.shared.servings.config()
    }

    pub(crate) fn supergraph_health(&self) -> SupergraphHealth {
        self.shared.servings.health()
    }

    /// The deny-list; whoever hears of a revocation tells it here.
    pub fn revocations(&self) -> &Revocations {
        self.shared.authenticator.revocations()
    }

    /// How long a client may take to send the headers of a request, for whoever listens for clients.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.shared.config.http.header_timeout_ms)
    }

    /// Which event tells of revocations, if the configuration says so.
    pub fn revocations_config(&self) -> Option<&RevocationsConfig> {
        self.shared.config.revocations.as_ref()
    }

    /// Whether a stop has begun.
    pub fn is_stopping(&self) -> bool {
        self.shared.drain.is_stopping()
    }

    /// Closes every stream with a retryable code and returns when all are closed, or after `within`.
    pub async fn drain(&self, within: Duration) {
        self.shared.drain.run(within).await;
    }
}

fn engine_options(config: &Config) -> EngineOptions {
    let authorization = config.authorization.clone();
    let config = &config.operations;
    EngineOptions {
        introspection: config.introspection,
        limits: Limits {
            max_depth: config.max_depth,
            max_aliases: config.max_aliases,
            max_root_fields: config.max_root_fields,
            max_directives: config.max_directives,
            max_fields: config.max_fields,
            max_tokens: config.max_tokens,
            max_document_bytes: config.max_document_bytes,
        },
        document_cache_bytes: config.document_cache_bytes,
        plan_cache_bytes: config.plan_cache_bytes,
        override_labels: config.override_labels.clone(),
        planning_timeout: Duration::from_millis(config.planning_timeout_ms),
        expose_query_plan: config.expose_query_plan,
        subgraph_errors: match &config.show_errors_of {
            None => SubgraphErrors::Include,
            Some(names) => SubgraphErrors::IncludeOnly(names.clone()),
        },
        authorization,
    }
}

/// Finds the configured keys; a subgraph that is gone is asked where it was at the start.
fn find_jwks(config: &JwksConfig, servings: &Arc<Servings>) -> Result<FindJwks, GatewayError> {
    let at_the_start = jwks_source(config, &servings.current().subgraphs)?;
    if config.subgraph.is_none() {
        return Ok(Box::new(move || at_the_start.clone()));
    }
    let (config, servings) = (config.clone(), Arc::clone(servings));
    Ok(Box::new(move || {
        jwks_source(&config, &servings.current().subgraphs).unwrap_or_else(|_| at_the_start.clone())
    }))
}

fn jwks_source(config: &JwksConfig, subgraphs: &Subgraphs) -> Result<JwksSource, GatewayError> {
    let parse = |url: &str| {
        url.parse::<Uri>().map_err(|error| GatewayError::Jwks(format!("{url:?} is not a URL: {error}")))
    };
    match (&config.url, &config.subgraph) {
        (Some(url), None) => {
            Ok(JwksSource { transport: Transport::http(HttpOptions::default()), url: parse(url)? })
        }
        (None, Some(name)) => {
            let unknown = || GatewayError::Jwks(format!("the supergraph has no subgraph {name}"));
            let (transport, door) = subgraphs.door(name).ok_or_else(unknown)?;
            let scheme = door.scheme_str().unwrap_or("http");
            let authority = door.authority().map_or("in-process", |authority| authority.as_str());
            let url = parse(&format!("{scheme}://{authority}{path}", path = config.path))?;
            Ok(JwksSource { transport, url })
        }
        _ => Err(GatewayError::Jwks("give either url or subgraph".to_owned())),
    }
}
