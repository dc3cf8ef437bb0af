//! A subgraph as a process of its own.

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use bus::{
    Bus,
    memory::MemoryBus,
    nats::{NatsBus, NatsOptions},
};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clock::{SharedClock, SystemClock};
use database::{Database, OpenOptions};
use identity::AssertionSigner;
use outbox::Outbox;
use tokio_util::sync::CancellationToken;

use crate::{
    EventsVerb, Foundation, OperatorCommand, Peers, Running, Secret, Settings, Subgraph, Transport, bind,
    serve, server::stop_signal, transport::HttpOptions,
};

#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Prints the subgraph's schema and ends.
    Sdl,
    /// Looks at events that could not be handled, or handles them again, and ends.
    #[command(subcommand)]
    Events(EventsVerb),
}

/// The `main` of a subgraph's process: reads the settings, runs until told to stop, flushes telemetry.
pub fn run<S: Subgraph>() -> ExitCode {
    let operator = S::operator_commands();
    let command = operator.iter().fold(Arguments::command().name(S::NAME), |command, operators| {
        command.subcommand(operators.command())
    });
    let matches = command.get_matches();
    let outcome = match asked_for(&operator, &matches) {
        Some((command, given)) => operate::<S>(command, &matches, given),
        None => serve_or_print::<S>(&matches),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(S::NAME, &error);
            ExitCode::FAILURE
        }
    }
}

/// The operator's command that the command line names, if it names one.
fn asked_for<'a>(
    operator: &'a [OperatorCommand],
    matches: &'a ArgMatches,
) -> Option<(&'a OperatorCommand, &'a ArgMatches)> {
    let (name, given) = matches.subcommand()?;
    Some((operator.iter().find(|command| command.name == name)?, given))
}

/// Does what an operator asks for, and says what was done.
fn operate<S: Subgraph>(
    command: &OperatorCommand,
    matches: &ArgMatches,
    given: &ArgMatches,
) -> anyhow::Result<()> {
    let settings = Settings::from_arg_matches(matches)?;
    let url = database_url(&settings, S::NAME)?;
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    print_line(&runtime.block_on(command.run_on::<S>(&url, command.read(given)))?);
    Ok(())
}

fn serve_or_print<S: Subgraph>(matches: &ArgMatches) -> anyhow::Result<()> {
    let arguments = Arguments::from_arg_matches(matches)?;
    match &arguments.verb {
        Some(Verb::Sdl) => print_sdl::<S>(),
        Some(Verb::Events(verb)) => operate_on_events::<S>(verb, &arguments.settings)?,
        None => start::<S>(&arguments.settings)?,
    }
    Ok(())
}

/// On the subgraph's database, without the bus.
fn operate_on_events<S: Subgraph>(verb: &EventsVerb, settings: &Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    let done = runtime.block_on(async {
        let foundation = lay_foundation::<S>(settings, Arc::new(MemoryBus::new())).await?;
        verb.run_on::<S>(&foundation).await
    });
    print_line(&done?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an operator wants to know what was done")]
fn print_line(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stdout, reason = "the schema is what was asked for")]
fn print_sdl<S: Subgraph>() {
    print!("{}", S::sdl());
}

#[expect(clippy::print_stderr, reason = "the log may not have been set up")]
fn complain(name: &str, error: &anyhow::Error) {
    eprintln!("{name}: {error:#}");
}

fn start<S: Subgraph>(settings: &Settings) -> anyhow::Result<()> {
    settings.check()?;
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    runtime.block_on(async {
        let options = telemetry::Options {
            service: S::NAME,
            debug: settings.debug,
            otlp_endpoint: settings.otlp_endpoint.as_deref(),
        };
        let _flush_at_the_end = telemetry::start(&options)?;
        serve_subgraph::<S>(settings).await
    })
}

async fn serve_subgraph<S: Subgraph>(settings: &Settings) -> anyhow::Result<()> {
    let listener = bind(settings.host, settings.port.unwrap_or(S::PORT)).await?;
    let address = listener.local_addr()?;
    let foundation =
        lay_foundation::<S>(settings, join_bus(settings.nats_url.as_ref().map_or("", Secret::reveal)).await?)
            .await?;
    let mut running = Running::assemble::<S>(&foundation).await?;
    running.consume().await?;
    running.relay();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, running.router(), stop.clone()));
    tracing::info!(%address, "{} is ready", S::NAME);
    stop_signal().await;
    tracing::info!("stopping");
    stop.cancel();
    running.release_streams();
    serving.await??;
    running.stop().await;
    Ok(())
}

/// Its address isn't shown: it may hold a password.
async fn join_bus(url: &str) -> anyhow::Result<Arc<dyn Bus>> {
    let nats = NatsBus::connect(url, NatsOptions::default()).await;
    Ok(Arc::new(nats.context("the bus at NATS_URL can't be joined")?))
}

async fn lay_foundation<S: Subgraph>(settings: &Settings, bus: Arc<dyn Bus>) -> anyhow::Result<Foundation> {
    let clock: SharedClock = SystemClock::shared();
    let identity_secret = settings.identity_secret.clone().unwrap_or_else(|| Secret::new(""));
    let url = database_url(settings, S::NAME)?;
    let db = Database::open(&url, &OpenOptions::default()).await?;
    let outbox = Outbox::new(db.clone(), bus.clone(), clock.clone(), S::NAME);
    let peers = Peers::at_urls(
        S::NAME,
        AssertionSigner::new(identity_secret.reveal()),
        clock.clone(),
        &settings.service_urls(),
        &Transport::http(HttpOptions::default()),
    );
    let (jwt_secret, data_keys) = (settings.jwt_secret.clone(), settings.keyring()?);
    let files = settings.files.clone();
    Ok(Foundation { db, clock, bus, outbox, peers, identity_secret, jwt_secret, data_keys, files })
}

/// The database that the settings name, or a file of the subgraph's own under `./data`.
fn database_url(settings: &Settings, name: &str) -> anyhow::Result<String> {
    if let Some(url) = &settings.database_url {
        return Ok(url.reveal().to_owned());
    }
    let folder = Path::new("data");
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} can't be made", folder.display()))?;
    Ok(format!("sqlite:{}", folder.join(format!("{name}.db")).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bus_that_can_not_be_joined_is_complained_of_without_its_password() {
        let complaint = format!("{:#}", join_bus("nats://ada:secret@localhost:port").await.unwrap_err());
        assert!(complaint.contains("NATS_URL") && !complaint.contains("secret"), "{complaint}");
    }
}
