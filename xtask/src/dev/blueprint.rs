//! How each process of the product is started, so that it can be started again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::services::{GATEWAY, SUBGRAPHS, Service};
use crate::workspace;

/// Everything that the processes' command lines and environments are made from.
pub(super) struct Blueprint {
    pub binaries: PathBuf,
    pub base_port: u16,
    /// What every process is told.
    pub environment: Vec<(&'static str, String)>,
    /// The address of each subgraph's database, in their order.
    pub databases: Vec<String>,
    /// The supergraph that the gateway watches.
    pub supergraph: PathBuf,
}

/// What a process was started from; another one when that has changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin(Vec<Option<(SystemTime, u64)>>);

impl Origin {
    fn of(files: &[PathBuf]) -> Self {
        let stamp = |file: &PathBuf| {
            let metadata = std::fs::metadata(file).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Self(files.iter().map(stamp).collect())
    }
}

impl Blueprint {
    pub(super) fn port(&self, service: &Service) -> u16 {
        service.port(self.base_port)
    }

    pub(super) fn binary(&self, service: &Service) -> PathBuf {
        self.binaries.join(service.name)
    }

    /// What `service` would be started from now.
    pub(super) fn origin(&self, service: &Service) -> Origin {
        let mut files = vec![self.binary(service)];
        if service.name == GATEWAY.name {
            files.push(config());
        }
        Origin::of(&files)
    }

    pub(super) fn command(&self, service: &Service) -> Command {
        let port = self.port(service);
        let mut command = Command::new(self.binary(service));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("PORT", port.to_string());
        match SUBGRAPHS.iter().position(|subgraph| subgraph.name == service.name) {
            Some(place) => {
                command.env("DATABASE_URL", &self.databases[place]);
            }
            None => self.complete_gateway(&mut command, port),
        }
        command
    }

    fn complete_gateway(&self, command: &mut Command, port: u16) {
        command.arg("--supergraph").arg(&self.supergraph);
        command.arg("--config").arg(config());
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        for subgraph in &SUBGRAPHS {
            let url = format!("{}=http://127.0.0.1:{}", subgraph.name, self.port(subgraph));
            command.args(["--subgraph-url", &url]);
        }
    }
}

fn config() -> PathBuf {
    workspace::root().join("gateway.yaml")
}

/// The address of a database of `name`'s own in `folder`.
pub(super) fn sqlite(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).with_extension("db").display())
}
