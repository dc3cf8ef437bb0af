//! The programs that tests and `dev` need beside the Rust toolchain: finding them, and saying how to get them.

use std::path::{Path, PathBuf};

use anyhow::bail;
use xshell::{Shell, cmd};

/// Folders that hold servers but aren't in everybody's `PATH`.
const SERVER_FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"];

/// What Chromium is called, by distribution.
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// A program that somebody may have to install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    NatsServer,
    Postgres,
    Node,
    Npm,
    /// Or Google's browser made from it.
    Chromium,
    /// For measuring alone.
    Sqlite,
}

impl Tool {
    /// What the program is called where it runs.
    fn program(self) -> &'static str {
        match self {
            Self::NatsServer => "nats-server",
            Self::Postgres => "initdb",
            Self::Node => "node",
            Self::Npm => "npm",
            Self::Chromium => "chromium",
            Self::Sqlite => "sqlite3",
        }
    }

    fn debian_package(self) -> &'static str {
        match self {
            Self::NatsServer => "nats-server",
            Self::Postgres => "postgresql",
            Self::Node => "nodejs",
            Self::Npm => "npm",
            Self::Chromium => "chromium",
            Self::Sqlite => "sqlite3",
        }
    }

    pub(crate) fn find(self) -> Option<PathBuf> {
        match self {
            Self::Postgres => find("initdb")
                .or_else(|| Some(debian_postgres(Path::new("/usr/lib/postgresql"))?.join("initdb"))),
            Self::Chromium => CHROMIUMS.into_iter().find_map(find),
            _ => find(self.program()),
        }
    }

    /// The program, or one line that says what to install.
    pub(crate) fn require(self) -> anyhow::Result<PathBuf> {
        match self.find() {
            Some(path) => Ok(path),
            None => bail!("{}", missing(&[self])),
        }
    }
}

/// Which of `tools` aren't there.
pub(crate) fn lacking(tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| tool.find().is_none()).collect()
}

/// Says what to install for each of `tools`.
pub(crate) fn missing(tools: &[Tool]) -> String {
    let programs: Vec<_> = tools.iter().map(|tool| format!("`{}`", tool.program())).collect();
    let packages: Vec<_> = tools.iter().map(|tool| tool.debian_package()).collect();
    format!(
        "not found: {}; on Debian install with `apt-get install --no-install-recommends {}`, elsewhere install the packages of the same names",
        programs.join(", "),
        packages.join(" ")
    )
}

/// Installs `tools` with the system's package manager where that is ours to use: on Debian, as root.
pub(crate) fn install(shell: &Shell, tools: &[Tool]) -> anyhow::Result<()> {
    if tools.is_empty() {
        return Ok(());
    }
    if !(is_root(shell) && find("apt-get").is_some() && Path::new("/etc/debian_version").exists()) {
        bail!("{}", missing(tools));
    }
    let packages: Vec<_> = tools.iter().map(|tool| tool.debian_package()).collect();
    let _environment = shell.push_env("DEBIAN_FRONTEND", "noninteractive");
    cmd!(shell, "apt-get update --quiet").run()?;
    cmd!(shell, "apt-get install --yes --quiet --no-install-recommends {packages...}").run()?;
    match lacking(tools).as_slice() {
        [] => Ok(()),
        still => bail!("{}", missing(still)),
    }
}

pub(crate) fn is_root(shell: &Shell) -> bool {
    cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id.trim() == "0")
}

/// A program in `PATH` or in a folder of servers.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SERVER_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// Debian keeps each major version's programs in a folder of its own, out of `PATH`; the newest serves us.
fn debian_postgres(versions: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(versions).ok()?.filter_map(Result::ok);
    let numbered =
        entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let complete = numbered
        .map(|(version, path)| (version, path.join("bin")))
        .filter(|(_, bin)| bin.join("initdb").is_file());
    complete.max().map(|(_, bin)| bin)
}

#[cfg(test)]
mod tests {
    use super::{Tool, debian_postgres, missing};

    #[test]
    fn the_newest_complete_postgres_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "17"] {
            std::fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            std::fs::write(folder.path().join(version).join("bin/initdb"), "").unwrap();
        }
        assert_eq!(debian_postgres(folder.path()), Some(folder.path().join("15/bin")));
    }

    #[test]
    fn what_to_install_is_said_in_one_line() {
        insta::assert_snapshot!(missing(&[Tool::NatsServer, Tool::Postgres]), @"not found: `nats-server`, `initdb`; on Debian install with `apt-get install --no-install-recommends nats-server postgresql`, elsewhere install the packages of the same names");
    }
}
