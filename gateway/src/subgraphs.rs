//! The way to the subgraphs: addresses, identity, header rules, timeouts, retries, circuit breakers.

mod breaker;
mod event_stream;
mod frames;
mod multipart;
mod passport;
mod retry;
mod subgraph;

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use clock::SharedClock;
use futures::stream::BoxStream;
use http::Uri;
use identity::AssertionSigner;
use service::transport::{HttpOptions, Transport};

pub use breaker::{BreakerConfig, BreakerState};
pub use subgraph::{SubgraphConfig, SubgraphHealth};

use crate::{
    config::Config,
    engine::{
        context::RequestContext,
        upstream::{Upstream, UpstreamError},
    },
};
use passport::Passports;
use subgraph::Subgraph;

/// Every subgraph of the supergraph.
#[derive(Debug)]
pub struct Subgraphs {
    by_name: HashMap<String, Subgraph>,
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
        let SubgraphsOptions { declared, config, mut transports, signer, clock } = options;
        let named = config.subgraphs.keys().chain(config.headers.subgraphs.keys());
        for name in named {
            if !declared.iter().any(|(known, _)| known == name) {
                return Err(SubgraphsError::Unknown(name.clone()));
            }
        }
        let passports = Arc::new(Passports::new(signer, clock.clone()));
        let network = Network::new(config);
        let mut by_name = HashMap::with_capacity(declared.len());
        for (name, declared_url) in declared {
            let settings = config.subgraphs.get(&name).cloned().unwrap_or_default();
            let url = url_of(&name, &declared_url, &settings, transports.contains_key(&name))?;
            let transport = transports.remove(&name).unwrap_or_else(|| network.transport(&settings));
            let rules = config.headers.rules_of(&name);
            let subgraph = Subgraph::new(
                name.clone(),
                url,
                transport,
                &config.traffic.overlaid(&settings),
                rules,
                Arc::clone(&passports),
                clock.clone(),
            );
            by_name.insert(name, subgraph);
        }
        Ok(Self { by_name })
    }

    /// How each subgraph fares, by name.
    pub fn health(&self) -> Vec<SubgraphHealth> {
        let mut health: Vec<_> = self.by_name.values().map(Subgraph::health).collect();
        health.sort_by(|one, other| one.name.cmp(&other.name));
        health
    }

    /// The transport and address of a subgraph, for plain HTTP questions such as its JWKS.
    pub fn door(&self, name: &str) -> Option<(Transport, Uri)> {
        self.by_name.get(name).map(Subgraph::door)
    }

    fn get(&self, name: &str) -> Result<&Subgraph, UpstreamError> {
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

/// The clients that all subgraphs on the network share, one for each version of HTTP.
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
