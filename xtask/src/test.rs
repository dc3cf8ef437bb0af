//! `test`: the whole suite, on both databases, with the servers it needs.

use std::io::stderr;
use std::path::Path;

use anyhow::Context;
use owo_colors::Style;
use tempfile::TempDir;
use xshell::{Cmd, Shell, cmd};

use crate::node_projects::{self, TESTED_WITH};
use crate::playground::Playground;
use crate::processes::{Shield, free_port};
use crate::servers::{Durability, Nats, Postgres};
use crate::terminal::styled;
use crate::tools::{self, Tool};
use crate::{temporary, workspace};

/// The packages whose tests open a database: they run again on PostgreSQL.
const ON_BOTH_DATABASES: [&str; 10] =
    ["auth", "users", "moods", "hugs", "social", "streaks", "erasure", "outbox", "database", "standalone"];

/// Run the whole suite on SQLite, then what touches databases on PostgreSQL
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Test {
    /// Run the long tests too
    #[arg(long)]
    long: bool,
    /// Only this package (may be repeated)
    #[arg(long, value_name = "NAME")]
    package: Vec<String>,
    /// Passed on to `cargo test`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// The servers of one run; those of ours stop when dropped.
struct Servers {
    postgres_url: String,
    nats_url: String,
    _postgres: Option<Postgres>,
    _nats: Option<Nats>,
    /// Last, so that it goes after what stands in it.
    _folder: TempDir,
}

impl Test {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        tools::install(shell, &tools::lacking(&needed()))?;
        for project in TESTED_WITH {
            node_projects::install_packages(shell, project)?;
        }
        // Before the binaries, which embed it.
        Playground::default().run(shell)?;
        let metadata = workspace::metadata()?;
        let binaries = metadata.target_directory.join("debug").into_std_path_buf();
        cmd!(shell, "cargo build --workspace --bins").run().context("the binaries do not build")?;

        let _shield = Shield::raise()?;
        let servers = Servers::start(shell)?;
        let all = if self.package.is_empty() { None } else { Some(self.package.clone()) };
        announce("SQLite");
        self.suite(shell, &servers, &binaries, all).env("TEST_DATABASE", "sqlite").run()?;
        let again = self.on_both_databases(&metadata);
        if !again.is_empty() {
            announce("PostgreSQL");
            let suite = self.suite(shell, &servers, &binaries, Some(again));
            suite.env("TEST_DATABASE", "postgres").env("TEST_POSTGRES_URL", &servers.postgres_url).run()?;
        }
        Ok(())
    }

    fn on_both_databases(&self, metadata: &cargo_metadata::Metadata) -> Vec<String> {
        let members = metadata.workspace_packages().into_iter().map(|package| package.name.to_string());
        let chosen = |name: &String| self.package.is_empty() || self.package.contains(name);
        members.filter(|name| ON_BOTH_DATABASES.contains(&name.as_str()) && chosen(name)).collect()
    }

    fn suite<'a>(
        &'a self,
        shell: &'a Shell,
        servers: &Servers,
        binaries: &Path,
        packages: Option<Vec<String>>,
    ) -> Cmd<'a> {
        let mut command = cmd!(shell, "cargo test");
        match packages {
            None => command = command.arg("--workspace"),
            Some(packages) => {
                for package in packages {
                    command = command.args(["--package", &package]);
                }
            }
        }
        if self.long {
            command = command.env("TEST_LONG", "1");
        }
        if let Some(chromium) = Tool::Chromium.find() {
            command = command.env("TEST_CHROMIUM", chromium);
        }
        command.args(&self.arguments).env("TEST_NATS_URL", &servers.nats_url).env("HUGMOOD_BIN_DIR", binaries)
    }
}

fn announce(database: &str) {
    eprintln!("{}", styled(&format!("── on {database}"), Style::new().bold(), &stderr()));
}

/// What must be installed: a server only when no running one was named.
fn needed() -> Vec<Tool> {
    let mut tools = vec![Tool::Node, Tool::Npm, Tool::Chromium];
    if std::env::var_os("DATABASE_URL").is_none() {
        tools.push(Tool::Postgres);
    }
    if std::env::var_os("NATS_URL").is_none() {
        tools.push(Tool::NatsServer);
    }
    tools
}

impl Servers {
    fn start(shell: &Shell) -> anyhow::Result<Self> {
        let folder = temporary::folder()?;
        let mut postgres = None;
        let postgres_url = if let Ok(url) = std::env::var("DATABASE_URL") {
            url
        } else {
            let place = folder.path().join("postgres");
            let own = Postgres::start(shell, &place, free_port()?, Durability::Throwaway)?;
            postgres.insert(own).url("postgres")
        };
        let mut nats = None;
        let nats_url = if let Ok(url) = std::env::var("NATS_URL") {
            url
        } else {
            nats.insert(Nats::start(free_port()?, &folder.path().join("nats"), |_| {})?).url()
        };
        Ok(Self { postgres_url, nats_url, _postgres: postgres, _nats: nats, _folder: folder })
    }
}
