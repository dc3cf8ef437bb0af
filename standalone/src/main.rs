//! `cargo run`: HugMood on embedded defaults.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{ArgAction, Args, Parser, Subcommand, builder::FalseyValueParser};
use clock::{Clock as _, SystemClock};
use service::{EventsVerb, Files, Secret};
use standalone::{DEMO_PASSWORD, DataFolder, Product, ProductOptions};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// HugMood in one process: the gateway and every subgraph, on SQLite.
#[derive(Debug, Parser)]
#[command(name = "standalone", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The folder that holds all data; made if it isn't there.
    #[arg(long, env = "DATA_DIR", value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The address to listen on.
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 takes any free one.
    #[arg(long, env = "PORT", default_value_t = 5000)]
    port: u16,
    /// Fill an empty product with people, moods and hugs to look at.
    #[arg(long)]
    demo: bool,
    /// When set, access tokens are signed with it (HS256) instead of a key pair (EdDSA).
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    jwt_secret: Option<Secret>,
    /// Where pictures of people are kept: file:FOLDER, or s3://BUCKET/PREFIX; by default a folder beside the databases.
    #[arg(long, env = "AVATAR_STORE")]
    avatar_store: Option<String>,
    /// Before the paths of pictures (/avatars/…) that clients are given; they are served here.
    #[arg(long, env = "AVATAR_BASE_URL", default_value = "")]
    avatar_base_url: String,
    /// Log more.
    #[arg(long, env = "DEBUG", value_parser = FalseyValueParser::new(), action = ArgAction::Set, default_value = "false", default_missing_value = "true", num_args = 0..=1)]
    debug: bool,
    /// Where traces go (OTLP over HTTP).
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Writes the schema of each subgraph to a folder and ends.
    Sdl {
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Gives somebody a role, moderator or admin, and ends. HugMood may be running.
    GrantRole(ChangeOfRole),
    /// Takes a role from somebody, and ends. HugMood may be running.
    RevokeRole(ChangeOfRole),
    /// Erases an account at once and for good, and ends. HugMood may be running.
    Erase {
        /// The account's e-mail address.
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the erasures that aren't complete and whose answer they wait for, and ends.
    Erasures {
        #[command(flatten)]
        place: Place,
    },
    /// Looks at events that could not be handled, or handles them again, and ends. HugMood may be running.
    Events {
        /// Only those of one service: auth, users, moods, hugs, social or streaks.
        #[arg(long, value_name = "NAME")]
        service: Option<String>,
        #[command(flatten)]
        place: Place,
        /// Where pictures of people are kept, if not beside the data.
        #[arg(long, env = "AVATAR_STORE")]
        avatar_store: Option<String>,
        #[command(subcommand)]
        verb: EventsVerb,
    },
}

#[derive(Debug, Args)]
struct ChangeOfRole {
    /// The account's e-mail address.
    email: String,
    /// The role: moderator or admin.
    role: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Place {
    /// The folder that holds all data.
    #[arg(long, env = "DATA_DIR", value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// Where pictures are kept; beside the data, when nothing is said.
fn files(data: &Path, avatar_store: Option<&str>, avatar_base_url: &str) -> Files {
    let beside_the_data = || format!("file:{}", data.join("avatars").display());
    let avatar_store = avatar_store.map_or_else(beside_the_data, str::to_owned);
    Files { avatar_store, avatar_base_url: avatar_base_url.to_owned() }
}

fn main() -> ExitCode {
    match start(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the log may not have been set up")]
fn complain(error: &anyhow::Error) {
    eprintln!("hugmood: {error:#}");
}

fn start(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    if let Some(verb) = &arguments.verb {
        return runtime.block_on(operate(verb));
    }
    runtime.block_on(async {
        let _flush_at_the_end = telemetry::start(&telemetry::Options {
            service: "standalone",
            debug: arguments.debug,
            otlp_endpoint: arguments.otlp_endpoint.as_deref(),
        })?;
        run(arguments).await
    })
}

/// Does what an operator asks for, and says what was done.
async fn operate(verb: &Verb) -> anyhow::Result<()> {
    let said = match verb {
        Verb::Sdl { out } => return standalone::write_schemas(out),
        Verb::GrantRole(change) => change_role("grant-role", change).await?,
        Verb::RevokeRole(change) => change_role("revoke-role", change).await?,
        Verb::Erase { email, place } => {
            standalone::operate_on_accounts(&place.data, "erase", vec![email.clone()]).await?
        }
        Verb::Erasures { place } => {
            standalone::operate_on_accounts(&place.data, "erasures", Vec::new()).await?
        }
        Verb::Events { service, place, avatar_store, verb } => {
            let folder = DataFolder::look_into(&place.data)?;
            let options = ProductOptions {
                identity_secret: folder.identity_secret()?.0,
                data_keys: folder.data_keys()?.0,
                database_url: Box::new(move |name| folder.database_url(name)),
                clock: SystemClock::shared(),
                jwt_secret: None,
                files: files(&place.data, avatar_store.as_deref(), ""),
            };
            standalone::operate_on_events(&options, service.as_deref(), verb).await?
        }
    };
    print_line(&said);
    Ok(())
}

async fn change_role(command: &str, change: &ChangeOfRole) -> anyhow::Result<String> {
    let given = vec![change.email.clone(), change.role.clone()];
    standalone::operate_on_accounts(&change.place.data, command, given).await
}

#[expect(clippy::print_stdout, reason = "an operator wants to know what was done")]
fn print_line(text: &str) {
    println!("{text}");
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let listener = service::bind(arguments.host, arguments.port).await?;
    let address = listener.local_addr()?;
    let folder = DataFolder::open(&arguments.data)?;
    let (identity_secret, new) = folder.identity_secret()?;
    if new {
        tracing::info!(folder = %folder.path().display(), "made a new identity secret");
    }
    let (data_keys, new) = folder.data_keys()?;
    if new {
        tracing::info!(folder = %folder.path().display(), "made a new key for what is encrypted: keep it with your backups");
    }
    let path = folder.path().to_owned();
    let product = Product::start(ProductOptions {
        database_url: Box::new(move |name| folder.database_url(name)),
        clock: SystemClock::shared(),
        identity_secret,
        jwt_secret: arguments.jwt_secret.clone(),
        data_keys,
        files: files(&arguments.data, arguments.avatar_store.as_deref(), &arguments.avatar_base_url),
    })
    .await?;
    if arguments.demo {
        standalone::seed(product.router(), SystemClock.now()).await?;
    }
    let stop = CancellationToken::new();
    let serving = tokio::spawn(service::serve_clients(
        listener,
        product.router(),
        product.header_timeout(),
        stop.clone(),
    ));
    greet(address, &path, arguments.demo);
    service::stop_signal().await;
    tracing::info!("stopping");
    stop.cancel();
    product.stop().await;
    serving.await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a person started this and wants to know where to go")]
fn greet(address: SocketAddr, folder: &std::path::Path, demo: bool) {
    println!("\nHugMood is running.\n");
    println!("  Playground   http://{address}/");
    println!("  GraphQL      http://{address}/graphql   (WebSocket and SSE on the same path)");
    println!("  Health       http://{address}/health/ready");
    println!("  Data         {}", folder.display());
    if demo {
        println!("  Demo people  ada@example.org and others, password: {DEMO_PASSWORD}");
    }
    println!("\nCtrl-C stops it.\n");
}
