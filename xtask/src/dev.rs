//! `dev`: the product as separate processes on this machine, until Ctrl-C.

mod blueprint;
mod composition;
mod fleet;
mod logs;
mod plain;
mod readiness;
mod renewal;
mod secrets;
mod services;
mod sources;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use tokio::signal::unix::{SignalKind, signal};
use xshell::{Shell, cmd};

use self::blueprint::Blueprint;
use self::fleet::Fleet;
use self::logs::Log;
use self::services::{GATEWAY, SUBGRAPHS, Service};
use self::sources::Sources;
use crate::servers::{Durability, Nats, Postgres};
use crate::tools::Tool;
use crate::{compose, processes, workspace};

const NATS_PORT: u16 = 4222;

/// Start NATS, the six subgraphs and the gateway, each a process of its own, and stop them all on Ctrl-C
///
/// What is saved meanwhile is built and started again, and the supergraph is composed anew.
#[derive(Debug, clap::Args)]
pub(crate) struct Dev {
    /// Keep the data in an own PostgreSQL cluster instead of SQLite files
    #[arg(long)]
    postgres: bool,
    /// Where databases, streams and secrets are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The gateway's port; the subgraphs take the six above it
    #[arg(long, value_name = "PORT", default_value_t = services::BASE_PORT, value_parser = clap::value_parser!(u16).range(1..=65529))]
    base_port: u16,
    /// Leave everything as it was started, whatever is saved
    #[arg(long)]
    no_watch: bool,
}

/// The servers beside the product's processes; they stop when dropped.
struct Servers {
    nats: Nats,
    postgres: Option<Postgres>,
}

impl Dev {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        self.check_ports()?;
        Tool::NatsServer.require()?;
        if self.postgres {
            Tool::Postgres.require()?;
        }
        let sources = Sources::new(workspace::root());
        let binaries = build(shell)?;
        let data = self.data_folder()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.serve(shell, binaries, &data, sources))
    }

    fn check_ports(&self) -> anyhow::Result<()> {
        for service in SUBGRAPHS.iter().chain([&GATEWAY]) {
            let port = service.port(self.base_port);
            ensure!(
                processes::is_free(port),
                "port {port}, where {} is to listen, is in use: stop what listens there, or choose with --base-port",
                service.name
            );
        }
        Ok(())
    }

    fn data_folder(&self) -> anyhow::Result<PathBuf> {
        let folder = match &self.data {
            Some(folder) => std::path::absolute(folder)?,
            None => workspace::root().join("data"),
        };
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot use {}", folder.display()))?;
        Ok(folder)
    }

    async fn serve(
        &self,
        shell: &Shell,
        binaries: PathBuf,
        data: &Path,
        sources: Sources,
    ) -> anyhow::Result<()> {
        let mut interrupts = signal(SignalKind::interrupt())?;
        let mut terminations = signal(SignalKind::terminate())?;
        let mut hangups = signal(SignalKind::hangup())?;
        let log = Log::new();
        let servers = self.start_servers(shell, data, &log)?;
        let blueprint = self.blueprint(&servers, binaries, &data.join("dev"))?;
        let mut fleet = Fleet::new(log.clone());
        let outcome = tokio::select! {
            started = start_fleet(&mut fleet, &blueprint, &log) => match started {
                Ok(()) => { self.announce(&servers); None }
                Err(error) => Some(error),
            },
            _ = interrupts.recv() => Some(anyhow::anyhow!("interrupted while starting")),
            _ = terminations.recv() => Some(anyhow::anyhow!("told to stop while starting")),
        };
        if outcome.is_none() {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
                _ = hangups.recv() => {}
                () = self.watch(&mut fleet, &blueprint, sources, &log) => eprintln!("every process has ended"),
            }
        }
        eprintln!("stopping");
        fleet.stop();
        drop(servers);
        outcome.map_or(Ok(()), Err)
    }

    fn start_servers(&self, shell: &Shell, data: &Path, log: &Log) -> anyhow::Result<Servers> {
        let usual = self.base_port == services::BASE_PORT && processes::is_free(NATS_PORT);
        let port = if usual { NATS_PORT } else { processes::free_port()? };
        let nats = Nats::start(port, &data.join("nats"), log.nats_writer())?;
        let postgres = if self.postgres {
            let port = processes::free_port()?;
            let cluster = Postgres::start(shell, &data.join("postgres"), port, Durability::Full)?;
            SUBGRAPHS.iter().try_for_each(|subgraph| cluster.create_database(subgraph.name))?;
            Some(cluster)
        } else {
            None
        };
        Ok(Servers { nats, postgres })
    }

    fn blueprint(&self, servers: &Servers, binaries: PathBuf, own: &Path) -> anyhow::Result<Blueprint> {
        let database = |subgraph: &Service| match &servers.postgres {
            Some(cluster) => cluster.url(subgraph.name),
            None => blueprint::sqlite(own, subgraph.name),
        };
        Ok(Blueprint {
            binaries,
            base_port: self.base_port,
            environment: self.environment(servers, own)?,
            databases: SUBGRAPHS.iter().map(database).collect(),
            supergraph: own.join("supergraph.graphql"),
        })
    }

    /// Returns when every process has ended.
    async fn watch(&self, fleet: &mut Fleet, blueprint: &Blueprint, sources: Sources, log: &Log) {
        if self.no_watch {
            fleet.watch().await;
        } else {
            renewal::follow(fleet, blueprint, sources, log).await;
        }
    }

    /// What every process is told: where the others are, the bus, and the secrets.
    fn environment(&self, servers: &Servers, own: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut environment = vec![
            ("NATS_URL", servers.nats.url()),
            ("IDENTITY_SECRET", secrets::keep(&own.join("secrets"), "identity")?),
            ("DATA_KEYS", data_keys(own)?),
        ];
        environment.extend(SUBGRAPHS.iter().map(|subgraph| {
            (subgraph.url_variable, format!("http://127.0.0.1:{}", subgraph.port(self.base_port)))
        }));
        Ok(environment)
    }

    fn announce(&self, servers: &Servers) {
        let gateway = GATEWAY.port(self.base_port);
        eprintln!();
        eprintln!("Playground  http://127.0.0.1:{gateway}/");
        eprintln!("GraphQL     http://127.0.0.1:{gateway}/graphql (WebSocket on the same path)");
        for subgraph in &SUBGRAPHS {
            eprintln!("{:<11} http://127.0.0.1:{}/graphql", subgraph.name, subgraph.port(self.base_port));
        }
        eprintln!("{:<11} {}", "nats", servers.nats.url());
        if let Some(postgres) = &servers.postgres {
            eprintln!("{:<11} {}", "postgres", postgres.url("postgres"));
        }
        eprintln!("Ctrl-C stops everything.");
    }
}

/// What the data in the folder `own` of development is sealed with.
pub(crate) fn data_keys(own: &Path) -> anyhow::Result<String> {
    Ok(format!("development:{}", secrets::keep(&own.join("secrets"), "data-key")?))
}

/// The name of each subgraph, which is its binary's as well.
pub(crate) fn subgraphs() -> [&'static str; 6] {
    SUBGRAPHS.map(|subgraph| subgraph.name)
}

/// Starts the subgraphs, waits until they are ready, then starts the gateway that serves them.
async fn start_fleet(fleet: &mut Fleet, blueprint: &Blueprint, log: &Log) -> anyhow::Result<()> {
    for subgraph in &SUBGRAPHS {
        fleet.launch(subgraph, blueprint)?;
    }
    // Where the code doesn't compose, the supergraph of the tree is better than none.
    let committed = workspace::root().join(compose::SUPERGRAPH);
    std::fs::copy(&committed, &blueprint.supergraph)
        .with_context(|| format!("cannot copy {}", committed.display()))?;
    renewal::compose(blueprint, log);
    fleet.ready().await?;
    fleet.launch(&GATEWAY, blueprint)?;
    fleet.ready().await
}

/// One build of all binaries; returns where they are.
fn build(shell: &Shell) -> anyhow::Result<PathBuf> {
    let packages = SUBGRAPHS.iter().chain([&GATEWAY]).flat_map(|Service { name, .. }| ["--package", name]);
    let packages: Vec<&str> = packages.collect();
    cmd!(shell, "cargo build --bins {packages...}").quiet().run().context("the binaries do not build")?;
    Ok(workspace::metadata()?.target_directory.join("debug").into_std_path_buf())
}
