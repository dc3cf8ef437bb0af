//! `test`: the whole suite, on both databases, with the servers it needs.

use std::io::stderr;
use std::path::PathBuf;

use anyhow::Context;
use cargo_metadata::{Message, Metadata};
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
    /// Passed on to every test program, as words of the names that are wanted
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What was built.
pub(crate) struct Built {
    /// Where the products' binaries are.
    pub(crate) binaries: PathBuf,
    programs: Vec<Program>,
}

/// A program that runs tests of a package.
struct Program {
    package: String,
    folder: PathBuf,
    executable: PathBuf,
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
        let built = self.build(shell)?;
        self.run_built(shell, &built)
    }

    /// Runs what was built.
    pub(crate) fn run_built(&self, shell: &Shell, built: &Built) -> anyhow::Result<()> {
        let _shield = Shield::raise()?;
        let servers = Servers::start(shell)?;
        announce("SQLite");
        let suite = cmd!(shell, "cargo test").args(self.packages()).arg("--").args(&self.arguments);
        self.told(suite, &servers, built).env("TEST_DATABASE", "sqlite").run()?;
        announce("PostgreSQL");
        for program in built.programs.iter().filter(|program| program.opens_databases()) {
            let Program { folder, executable, .. } = program;
            let _folder = shell.push_dir(folder);
            let suite = cmd!(shell, "{executable}").args(&self.arguments).env("CARGO_MANIFEST_DIR", folder);
            let suite = self.told(suite, &servers, built);
            suite.env("TEST_DATABASE", "postgres").env("TEST_POSTGRES_URL", &servers.postgres_url).run()?;
        }
        Ok(())
    }

    /// Builds everything that tests run, once: both databases and `cargo xtask compose --check` take it from here, for another
    /// choice of packages would build their dependencies anew.
    pub(crate) fn build(&self, shell: &Shell) -> anyhow::Result<Built> {
        tools::install(shell, &tools::lacking(&needed()))?;
        for project in TESTED_WITH {
            node_projects::install_packages(shell, project)?;
        }
        // Before the binaries, which embed it.
        Playground::default().run(shell)?;
        let packages = self.packages();
        let told = cmd!(shell, "cargo test {packages...} --no-run --message-format json-render-diagnostics");
        let told = told.read().context("the tests do not build")?;
        let metadata = workspace::metadata()?;
        let binaries = metadata.target_directory.join("debug").into_std_path_buf();
        if !self.package.is_empty() {
            // Tests start processes of packages that were not named.
            cmd!(shell, "cargo build --workspace --bins").run().context("the binaries do not build")?;
        }
        Ok(Built { binaries, programs: programs(&metadata, &told)? })
    }

    fn packages(&self) -> Vec<String> {
        if self.package.is_empty() {
            return vec!["--workspace".to_owned()];
        }
        self.package.iter().flat_map(|name| ["--package".to_owned(), name.clone()]).collect()
    }

    /// `suite` with what tests are told by their environment.
    fn told<'a>(&self, suite: Cmd<'a>, servers: &Servers, built: &Built) -> Cmd<'a> {
        let mut suite = suite.env("TEST_NATS_URL", &servers.nats_url).env("HUGMOOD_BIN_DIR", &built.binaries);
        if self.long {
            suite = suite.env("TEST_LONG", "1");
        }
        if let Some(chromium) = Tool::Chromium.find() {
            suite = suite.env("TEST_CHROMIUM", chromium);
        }
        suite
    }
}

impl Program {
    fn opens_databases(&self) -> bool {
        ON_BOTH_DATABASES.contains(&self.package.as_str())
    }
}

/// The programs among what cargo says that it built.
fn programs(metadata: &Metadata, told: &str) -> anyhow::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for message in Message::parse_stream(told.as_bytes()) {
        let Message::CompilerArtifact(artifact) = message? else { continue };
        let Some(executable) = artifact.executable.filter(|_| artifact.profile.test) else { continue };
        let package = &metadata[&artifact.package_id];
        let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
        programs.push(Program {
            package: package.name.to_string(),
            folder: folder.into(),
            executable: executable.into(),
        });
    }
    Ok(programs)
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
