//! The gateway as a process: arguments, configuration, serving, a graceful stop.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use bus::nats::{NatsBus, NatsOptions};
use clap::{ArgAction, Parser, builder::FalseyValueParser};
use clock::{SharedClock, SystemClock};
use gateway::{Gateway, GatewayOptions, config::Config, revocation_feed, serving::SupergraphFile};
use service::{BindError, Secret};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long streams may take to close once the stop has begun.
const DRAIN: Duration = Duration::from_secs(4);

/// Serves any Apollo Federation supergraph.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The supergraph schema, as a composition tool writes it. Served anew when the file changes, and on SIGHUP.
    #[arg(long, env = "SUPERGRAPH", value_name = "FILE", required_unless_present = "config_schema")]
    supergraph: Option<PathBuf>,
    /// Prints the JSON schema of the configuration, and does nothing else.
    #[arg(long)]
    config_schema: bool,
    /// The configuration: YAML, TOML or JSON. Variables named GATEWAY__HTTP__PATH and so on override it.
    #[arg(long, env = "GATEWAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address and port to listen on; by default this machine only, at PORT.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The address to listen on when --listen is not given.
    #[arg(long, env = "HOST", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The port to listen on when --listen is not given.
    #[arg(long, env = "PORT", default_value_t = 5000)]
    port: u16,
    /// Where a subgraph is, instead of where the supergraph says; may be given several times.
    #[arg(long, value_name = "NAME=URL", value_parser = name_and_url)]
    subgraph_url: Vec<(String, String)>,
    /// Accepts access tokens signed with it (HS256).
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    jwt_secret: Option<Secret>,
    /// Signs for the subgraphs who the client is; without it they get the plain user id only.
    #[arg(long, env = "IDENTITY_SECRET", hide_env_values = true)]
    identity_secret: Option<Secret>,
    /// The bus on which revoked sessions are told, if the configuration names their event.
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    nats_url: Option<String>,
    /// Log more.
    #[arg(long, env = "DEBUG", value_parser = FalseyValueParser::new(), action = ArgAction::Set, default_value = "false", default_missing_value = "true", num_args = 0..=1)]
    debug: bool,
    /// Where traces go (OTLP over HTTP).
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
}

fn name_and_url(text: &str) -> Result<(String, String), String> {
    let (name, url) = text.split_once('=').ok_or("write it as NAME=URL")?;
    Ok((name.to_owned(), url.to_owned()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.config_schema {
        return print_config_schema();
    }
    match start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "it is what was asked for")]
fn print_config_schema() -> ExitCode {
    println!("{:#}", Config::json_schema());
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "the log may not have been set up")]
fn complain(error: &anyhow::Error) {
    eprintln!("gateway: {error:#}");
}

fn start(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    runtime.block_on(async {
        let _flush_at_the_end = telemetry::start(&telemetry::Options {
            service: "gateway",
            debug: arguments.debug,
            otlp_endpoint: arguments.otlp_endpoint.as_deref(),
        })?;
        serve(arguments).await
    })
}

async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let listen = arguments.listen.unwrap_or(SocketAddr::new(arguments.host, arguments.port));
    let nats_url = arguments.nats_url.clone();
    let clock = SystemClock::shared();
    let (gateway, supergraph) = gateway(arguments, clock.clone())?;
    let listener = service::bind(listen.ip(), listen.port()).await.map_err(|error| match error {
        BindError::InUse { .. } => {
            anyhow!("{listen} is in use by another program: choose another with --listen")
        }
        error @ BindError::Other { .. } => error.into(),
    })?;
    let address = listener.local_addr()?;
    let _listens_until_dropped = feed_revocations(&gateway, nats_url.as_deref(), clock).await?;
    let _watched_until_dropped = follow(supergraph, &gateway)?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(service::serve_clients(
        listener,
        gateway.router(),
        gateway.header_timeout(),
        stop.clone(),
    ));
    tracing::info!(%address, "the gateway is ready");
    service::stop_signal().await;
    tracing::info!("stopping");
    stop.cancel();
    gateway.drain(DRAIN).await;
    serving.await?;
    Ok(())
}

fn gateway(arguments: Arguments, clock: SharedClock) -> anyhow::Result<(Gateway, SupergraphFile)> {
    let path = arguments.supergraph.context("--supergraph is missing")?;
    let supergraph_sdl = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read the supergraph {}", path.display()))?;
    let config = Config::load(arguments.config.as_deref(), std::env::vars())?;
    let mut config = config.with_environment(|name| std::env::var(name).ok());
    for (name, url) in arguments.subgraph_url {
        config.subgraphs.entry(name).or_default().url = Some(url);
    }
    if let Some(secret) = &arguments.jwt_secret {
        config.authentication.secret = Some(secret.reveal().to_owned());
    }
    let file = SupergraphFile::new(&path, &supergraph_sdl);
    let gateway = Gateway::try_new(GatewayOptions {
        supergraph_sdl,
        config,
        identity_secret: arguments.identity_secret.map(|secret| secret.reveal().to_owned()),
        transports: std::collections::HashMap::new(),
        clock,
    });
    Ok((gateway?, file))
}

/// Serves the supergraph anew when its file changes, or at once when the process gets SIGHUP.
fn follow(file: SupergraphFile, gateway: &Gateway) -> anyhow::Result<[AbortOnDropHandle<()>; 2]> {
    let look_now = Arc::new(Notify::new());
    let told = Arc::clone(&look_now);
    let mut hangups = signal(SignalKind::hangup()).context("SIGHUP can't be listened to")?;
    let hear = async move {
        while hangups.recv().await.is_some() {
            told.notify_one();
        }
    };
    let gateway = gateway.clone();
    let watch = async move { file.follow(gateway, &look_now).await };
    Ok([AbortOnDropHandle::new(tokio::spawn(hear)), AbortOnDropHandle::new(tokio::spawn(watch))])
}

/// Joins the bus if the configuration says what to hear there.
async fn feed_revocations(
    gateway: &Gateway,
    nats_url: Option<&str>,
    clock: SharedClock,
) -> anyhow::Result<Option<AbortOnDropHandle<()>>> {
    let (Some(url), Some(config)) = (nats_url, gateway.revocations_config()) else {
        return Ok(None);
    };
    // Its address isn't shown: it may hold a password.
    let bus = NatsBus::connect(url, NatsOptions::default()).await;
    let bus = bus.context("the bus at NATS_URL can't be joined")?;
    let (config, revocations) = (config.clone(), gateway.revocations().clone());
    Ok(Some(revocation_feed::follow(Arc::new(bus), config, revocations, clock).await))
}
