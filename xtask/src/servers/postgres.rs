//! A PostgreSQL cluster of our own on the loopback address.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, ensure};
use xshell::Shell;

use crate::tools::{Tool, find, is_root};

/// PostgreSQL refuses to run as root; packages make this user for it.
const UNIX_USER: &str = "postgres";

/// What a crash of the machine may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing: what was committed stays.
    Full,
    /// The cluster: it serves one test run.
    Throwaway,
}

/// Stops when dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_other_user: bool,
}

impl Postgres {
    /// Starts the cluster in `folder`, making it first if there is none, and waits until it serves.
    pub(crate) fn start(
        shell: &Shell,
        folder: &Path,
        port: u16,
        durability: Durability,
    ) -> anyhow::Result<Self> {
        let initdb = Tool::Postgres.require()?.canonicalize()?;
        let programs = initdb.parent().context("initdb is in no folder")?.to_path_buf();
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let cluster = Self { programs, folder, port, as_other_user: is_root(shell) };
        if cluster.as_other_user {
            ensure!(find("runuser").is_some(), "PostgreSQL does not run as root, and `runuser` is missing");
            let owned = Command::new("chown").arg(UNIX_USER).arg(&cluster.folder).status()?;
            ensure!(owned.success(), "cannot give {} to user {UNIX_USER}", cluster.folder.display());
        }
        if !cluster.data().join("PG_VERSION").exists() {
            cluster.initialise()?;
        }
        cluster.serve(durability)?;
        Ok(cluster)
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes the database unless it is there.
    pub(crate) fn create_database(&self, name: &str) -> anyhow::Result<()> {
        let url = self.url("postgres");
        let query = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        let found = self.run("psql", &["--no-psqlrc", "-tA", "--dbname", &url, "-c", &query])?;
        if String::from_utf8_lossy(&found.stdout).trim() == "0" {
            let statement = format!("CREATE DATABASE \"{name}\"");
            self.run("psql", &["--no-psqlrc", "--quiet", "--dbname", &url, "-c", &statement])?;
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn initialise(&self) -> anyhow::Result<()> {
        let data = self.data();
        let data = data.to_str().context("the data folder's name is not UTF-8")?;
        let options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"];
        self.run("initdb", &[&["--pgdata", data], options.as_slice()].concat())?;
        Ok(())
    }

    fn serve(&self, durability: Durability) -> anyhow::Result<()> {
        let mut options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400",
            self.port
        );
        if durability == Durability::Throwaway {
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        }
        let (data, log) = (self.data(), self.folder.join("postgres.log"));
        let data = data.to_str().context("the data folder's name is not UTF-8")?;
        let log_name = log.to_str().context("the data folder's name is not UTF-8")?;
        let started =
            ["start", "--wait", "--silent", "--pgdata", data, "--log", log_name, "--options", &options];
        self.run("pg_ctl", &started).with_context(|| format!("PostgreSQL did not start; see {log_name}"))?;
        Ok(())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> anyhow::Result<Output> {
        let output = self.command(program).args(arguments).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program}: {}", said.trim());
        Ok(output)
    }

    /// A program of PostgreSQL's, as a user that may run it, standing in a folder that this user may see.
    fn command(&self, program: &str) -> Command {
        let program: OsString = self.programs.join(program).into();
        let mut command = if self.as_other_user {
            let mut command = Command::new("runuser");
            command.args(["-u", UNIX_USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut command = self.command("pg_ctl");
        command.args(["stop", "--silent", "--mode", "fast", "--pgdata"]).arg(self.data());
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

#[cfg(test)]
mod tests {
    use xshell::Shell;

    use super::{Durability, Postgres};
    use crate::processes::free_port;
    use crate::tools::Tool;

    #[test]
    fn a_cluster_keeps_its_databases_over_a_restart() {
        if Tool::Postgres.find().is_none() {
            return;
        }
        let shell = Shell::new().unwrap();
        let folder = crate::temporary::folder().unwrap();
        let start = || {
            let port = free_port().unwrap();
            Postgres::start(&shell, folder.path(), port, Durability::Throwaway).unwrap()
        };
        start().create_database("hugs").unwrap();
        let again = start();
        again.create_database("hugs").unwrap();
        let counted = again.run("psql", &["-tA", "--dbname", &again.url("hugs"), "-c", "SELECT 1"]).unwrap();
        assert_eq!(String::from_utf8_lossy(&counted.stdout).trim(), "1");
    }
}
