//! The whole product in one process: put together, started, stopped.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{Router, extract::Request, routing::get};
use bus::{Bus, memory::MemoryBus};
use clock::SharedClock;
use database::{Database, OpenOptions};
use futures::future::join_all;
use gateway::{Gateway, GatewayOptions, config::Config, revocation_feed};
use identity::AssertionSigner;
use keyring::Keyring;
use outbox::Outbox;
use service::{Files, Foundation, Peers, Running, Secret, Subgraph, Transport};
use tokio_util::task::AbortOnDropHandle;
use tower::ServiceExt as _;

const SUPERGRAPH: &str = include_str!("../../schema/supergraph.graphql");
const GATEWAY_CONFIG: &str = include_str!("../../gateway.yaml");
const SUBGRAPHS: [&str; 6] = ["auth", "users", "moods", "hugs", "social", "streaks"];
/// How long clients' streams may take to close.
const DRAIN: Duration = Duration::from_secs(3);

/// What the product is put together from.
pub struct ProductOptions {
    /// The database of each subgraph, by its name.
    pub database_url: Box<dyn Fn(&str) -> String + Send + Sync>,
    pub clock: SharedClock,
    pub identity_secret: Secret,
    /// Access tokens are signed with it when it is set, with a key pair otherwise.
    pub jwt_secret: Option<Secret>,
    /// Seal what is encrypted at rest.
    pub data_keys: Keyring,
    /// Where files that people send are kept.
    pub files: Files,
}

/// HugMood, running.
pub struct Product {
    gateway: Gateway,
    subgraphs: Vec<Running>,
    revocations: Option<AbortOnDropHandle<()>>,
}

impl Product {
    pub async fn start(options: ProductOptions) -> anyhow::Result<Self> {
        let bus = Arc::new(MemoryBus::new());
        let building = Building { options, bus, foundations: Vec::new(), subgraphs: Vec::new() };
        let building = building.add::<auth::Auth>().await?.add::<users::Users>().await?;
        let building = building.add::<moods::Moods>().await?.add::<hugs::Hugs>().await?;
        building.add::<social::Social>().await?.add::<streaks::Streaks>().await?.start().await
    }

    /// Everything that clients reach: the gateway, and the pictures that `users` serves to anybody who knows where.
    pub fn router(&self) -> Router {
        let users = self.subgraphs.iter().find(|subgraph| subgraph.name() == users::Users::NAME);
        let Some(users) = users.map(Running::router) else { return self.gateway.router() };
        let pictures = get(move |mut request: Request| {
            // Else the parts of the path that were found here count for those that are found there.
            request.extensions_mut().clear();
            users.oneshot(request)
        });
        self.gateway.router().route(users::AVATARS_ROUTE, pictures)
    }

    /// How long a client may take to ask, as `gateway.yaml` has it.
    pub fn header_timeout(&self) -> Duration {
        self.gateway.header_timeout()
    }

    /// Closes the clients' streams, then stops the subgraphs side by side.
    pub async fn stop(self) {
        self.gateway.drain(DRAIN).await;
        drop(self.revocations);
        join_all(self.subgraphs.into_iter().map(Running::stop)).await;
    }
}

/// The product while it is being put together.
struct Building {
    options: ProductOptions,
    bus: Arc<MemoryBus>,
    foundations: Vec<Foundation>,
    subgraphs: Vec<Running>,
}

/// What the subgraph `S` is built on, with its own database.
pub(crate) async fn lay_foundation<S: Subgraph>(
    options: &ProductOptions,
    bus: Arc<dyn Bus>,
) -> anyhow::Result<Foundation> {
    let ProductOptions { database_url, clock, identity_secret, jwt_secret, data_keys, files } = options;
    let db = Database::open(&database_url(S::NAME), &OpenOptions::default()).await?;
    let outbox = Outbox::new(db.clone(), bus.clone(), clock.clone(), S::NAME);
    let signer = AssertionSigner::new(identity_secret.reveal());
    Ok(Foundation {
        db,
        clock: clock.clone(),
        bus,
        outbox,
        peers: Peers::in_process(S::NAME, signer, clock.clone(), &SUBGRAPHS),
        identity_secret: identity_secret.clone(),
        jwt_secret: jwt_secret.clone(),
        data_keys: Some(data_keys.clone()),
        files: files.clone(),
    })
}

impl Building {
    async fn add<S: Subgraph>(mut self) -> anyhow::Result<Self> {
        let foundation = lay_foundation::<S>(&self.options, self.bus.clone()).await?;
        // The bus keeps nothing; what it has carried is read again from where it came from.
        self.bus.add_archive(S::NAME, foundation.outbox.archive());
        self.subgraphs.push(Running::assemble::<S>(&foundation).await?);
        self.foundations.push(foundation);
        Ok(self)
    }

    async fn start(mut self) -> anyhow::Result<Product> {
        let transports: HashMap<String, Transport> = self
            .subgraphs
            .iter()
            .map(|subgraph| (subgraph.name().to_owned(), Transport::in_process(subgraph.router())))
            .collect();
        for foundation in &self.foundations {
            for (name, transport) in &transports {
                foundation.peers.bind(name, transport.clone());
            }
        }
        for subgraph in &mut self.subgraphs {
            subgraph.consume().await?;
        }
        for subgraph in &mut self.subgraphs {
            subgraph.relay();
        }
        let gateway = self.gateway(transports)?;
        let revocations = feed_revocations(&gateway, self.bus, self.options.clock).await;
        Ok(Product { gateway, subgraphs: self.subgraphs, revocations })
    }

    fn gateway(&self, transports: HashMap<String, Transport>) -> anyhow::Result<Gateway> {
        let mut config = Config::from_yaml_and(GATEWAY_CONFIG, std::env::vars()).context("gateway.yaml")?;
        config.authentication.secret =
            self.options.jwt_secret.as_ref().map(|secret| secret.reveal().to_owned());
        let gateway = Gateway::try_new(GatewayOptions {
            supergraph_sdl: SUPERGRAPH.to_owned(),
            config,
            identity_secret: Some(self.options.identity_secret.reveal().to_owned()),
            transports,
            clock: self.options.clock.clone(),
        });
        Ok(gateway?)
    }
}

/// Tells the gateway of sessions that ended, before and from now on.
async fn feed_revocations(
    gateway: &Gateway,
    bus: Arc<MemoryBus>,
    clock: SharedClock,
) -> Option<AbortOnDropHandle<()>> {
    let config = gateway.revocations_config()?.clone();
    Some(revocation_feed::follow(bus, config, gateway.revocations().clone(), clock).await)
}
