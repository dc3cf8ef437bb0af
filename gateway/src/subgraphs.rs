//! The way to the subgraphs: addresses, identity, header rules, timeouts, retries, circuit breakers.

mod breaker;
mod config;
mod event_stream;
mod frames;
mod in_flight;
mod multipart;
mod passport;
mod retry;
mod subgraph;
mod time_limit;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use clock::SharedClock;
use futures::stream::BoxStream;
use http::Uri;
use identity::AssertionSigner;
use service::transport::{HttpOptions, Transport};

pub use breaker::BreakerConfig;
pub use config::SubgraphConfig;
pub use service::circuit::BreakerState;
pub use subgraph::SubgraphHealth;

use crate::{
    config::{Config, TrafficConfig},
    engine::{
        context::RequestContext,
        upstream::{Upstream, UpstreamError},
    },
    headers::HeadersConfig,
};
use in_flight::Writes;
use passport::Passports;
use subgraph::Subgraph;

/// Every subgraph of the supergraph.
#[derive(Debug)]
pub struct Subgraphs {
    by_name: HashMap<String, Arc<Subgraph>>,
    ways: Arc<Ways>,
}

/// Why the subgraphs can't be addressed.
#[derive(Debug, thiserror::Error)]
pub enum SubgraphsError {
    #[error("subgraph {0} has no URL: the supergraph gives none and the configuration neither")]
    NoUrl(String),
    #[error("subgraph {name}: {url:?} is not a URL: {reason}")]
    Url { name: String, url: String, reason: String },
    #[error("the configuration speaks of a subgraph {0}, which the supergraph doesn't have")]
    Unknown(String),
}

/// What the subgraphs are made from.
pub struct SubgraphsOptions<'options> {
    /// Name and `@join__graph` URL of each.
    pub declared: Vec<(String, String)>,
    pub config: &'options Config,
    /// Used instead of the network for the subgraphs it names.
    pub transports: HashMap<String, Transport>,
    /// Signs the assertion of who the client is; without it only the plain user id is sent.
    pub signer: Option<AssertionSigner>,
    pub clock: SharedClock,
}

impl Subgraphs {
    pub fn try_new(options: SubgraphsOptions<'_>) -> Result<Self, SubgraphsError> {
        let SubgraphsOptions { declared, config, transports, signer, clock } = options;
        let named = config.subgraphs.keys().chain(config.headers.subgraphs.keys());
        for name in named {
            if !declared.iter().any(|(known, _)| known == name) {
                return Err(SubgraphsError::Unknown(name.clone()));
            }
        }
        let ways = Ways {
            traffic: config.traffic.clone(),
            subgraphs: config.subgraphs.clone(),
            headers: config.headers.clone(),
            transports,
            network: Network::new(config),
            passports: Arc::new(Passports::new(signer, clock.clone())),
            writes: Writes::default(),
            clock,
        };
        Self::reached(declared, Arc::new(ways), &HashMap::new())
    }

    /// The subgraphs of another supergraph under the same configuration. Those whose name and address stay are the
    /// very same, with their circuits, permits and connections. The configuration may speak of one that is gone.
    pub fn renewed(&self, declared: Vec<(String, String)>) -> Result<Self, SubgraphsError> {
        Self::reached(declared, Arc::clone(&self.ways), &self.by_name)
    }

    fn reached(
        declared: Vec<(String, String)>,
        ways: Arc<Ways>,
        known: &HashMap<String, Arc<Subgraph>>,
    ) -> Result<Self, SubgraphsError> {
        let mut by_name = HashMap::with_capacity(declared.len());
        for (name, declared_url) in declared {
            let subgraph = ways.subgraph(&name, &declared_url, known.get(&name))?;
            by_name.insert(name, subgraph);
        }
        Ok(Self { by_name, ways })
    }

    /// How each subgraph fares, by name.
    pub fn health(&self) -> Vec<SubgraphHealth> {
        let mut health: Vec<_> = self.by_name.values().map(|subgraph| subgraph.health()).collect();
        health.sort_by(|one, other| one.name.cmp(&other.name));
        health
    }

    /// The transport and address of a subgraph, for plain HTTP questions such as its JWKS.
    pub fn door(&self, name: &str) -> Option<(Transport, Uri)> {
        self.by_name.get(name).map(|subgraph| subgraph.door())
    }

    fn get(&self, name: &str) -> Result<&Arc<Subgraph>, UpstreamError> {
        self.by_name
            .get(name)
            .ok_or_else(|| UpstreamError::Unreachable(format!("no subgraph is called {name}")))
    }
}

#[async_trait]
impl Upstream for Subgraphs {
    async fn fetch(
        &self,
        subgraph: &str,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<Bytes, UpstreamError> {
        self.get(subgraph)?.fetch(body, context).await
    }

    async fn stream(
        &self,
        subgraph: &str,
        body: Bytes,
        context: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, UpstreamError>>, UpstreamError> {
        self.get(subgraph)?.stream(body, context).await
    }
}

/// Everything besides their addresses that says how subgraphs are reached; outlives each supergraph.
#[derive(Debug)]
struct Ways {
    traffic: TrafficConfig,
    subgraphs: BTreeMap<String, SubgraphConfig>,
    headers: HeadersConfig,
    transports: HashMap<String, Transport>,
    network: Network,
    passports: Arc<Passports>,
    writes: Writes,
    clock: SharedClock,
}

impl Ways {
    /// The way to one subgraph: the one that is known, if it still leads there.
    fn subgraph(
        &self,
        name: &str,
        declared_url: &str,
        known: Option<&Arc<Subgraph>>,
    ) -> Result<Arc<Subgraph>, SubgraphsError> {
        let settings = self.subgraphs.get(name).cloned().unwrap_or_default();
        let transport = self.transports.get(name);
        let url = url_of(name, declared_url, &settings, transport.is_some())?;
        if let Some(known) = known.filter(|known| *known.url() == url) {
            return Ok(Arc::clone(known));
        }
        Ok(Arc::new(Subgraph::new(
            name.to_owned(),
            url,
            transport.cloned().unwrap_or_else(|| self.network.transport(&settings)),
            &self.traffic.overlaid(&settings),
            self.headers.rules_of(name),
            Arc::clone(&self.passports),
            self.writes.clone(),
            self.clock.clone(),
        )))
    }
}

/// The clients that all subgraphs on the network share, one for each version of HTTP.
#[derive(Debug)]
struct Network {
    http1: Transport,
    http2: Transport,
}

impl Network {
    fn new(config: &Config) -> Self {
        let options = HttpOptions {
            connect_timeout: std::time::Duration::from_millis(config.traffic.connect_timeout_ms),
            ..HttpOptions::default()
        };
        let http2 = HttpOptions { http2_prior_knowledge: true, ..options.clone() };
        Self { http1: Transport::http(options), http2: Transport::http(http2) }
    }

    fn transport(&self, settings: &SubgraphConfig) -> Transport {
        if settings.http2 { self.http2.clone() } else { self.http1.clone() }
    }
}

fn url_of(
    name: &str,
    declared: &str,
    settings: &SubgraphConfig,
    in_process: bool,
) -> Result<Uri, SubgraphsError> {
    let url = match settings.url.as_deref().unwrap_or(declared) {
        "" if in_process => "http://in-process/graphql".to_owned(),
        "" => return Err(SubgraphsError::NoUrl(name.to_owned())),
        url => with_path(url, declared),
    };
    let refuse = |reason: &str| SubgraphsError::Url {
        name: name.to_owned(),
        url: url.clone(),
        reason: reason.to_owned(),
    };
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| refuse(&error.to_string()))?;
    match uri.scheme_str() {
        _ if in_process => Ok(uri),
        Some("http" | "https") if uri.authority().is_some() => Ok(uri),
        _ => Err(refuse("it has to begin with http:// or https://")),
    }
}

/// An origin alone, as environment variables give it, gets the path that the supergraph declares.
fn with_path(url: &str, declared: &str) -> String {
    let has_path = url.split_once("://").is_none_or(|(_, rest)| rest.contains('/'));
    if has_path {
        return url.to_owned();
    }
    let declared: Option<Uri> = declared.parse().ok();
    let path = declared.as_ref().map_or("/graphql", |declared| match declared.path() {
        "" | "/" => "/graphql",
        path => path,
    });
    format!("{url}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_gets_the_declared_path_and_a_whole_url_stays() {
        assert_eq!(with_path("http://a:1", "http://auth:5001/api"), "http://a:1/api");
        assert_eq!(with_path("http://a:1", ""), "http://a:1/graphql");
        assert_eq!(with_path("http://a:1/", "http://auth:5001/api"), "http://a:1/");
    }

    #[test]
    fn a_subgraph_without_a_usable_url_is_refused_by_name() {
        let settings = SubgraphConfig::default();
        let error = url_of("auth", "", &settings, false).unwrap_err();
        assert!(matches!(error, SubgraphsError::NoUrl(name) if name == "auth"));
        assert!(url_of("auth", "ftp://x/y", &settings, false).is_err());
        assert!(url_of("auth", "", &settings, true).is_ok());
    }
}
