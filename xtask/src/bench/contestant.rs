//! A router under measurement: a process of ours, or one that runs already.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::{Instant, interval};

use super::load;
use crate::processes;

/// How long one may take to serve its first answer.
const START: Duration = Duration::from_secs(30);
/// The kernel's unit in `/proc/PID/stat`, the same on every architecture that Linux tells it of.
const TICKS_PER_SECOND: u64 = 100;

pub(super) struct Contestant {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    child: Option<Child>,
}

impl Contestant {
    /// Starts the command with `{supergraph}` and `{port}` put in; an address stands for one that runs.
    pub(super) fn start(name: &str, command: &str, supergraph: &Path) -> anyhow::Result<Self> {
        let name = name.to_owned();
        if let Ok(address) = command.trim_start_matches("http://").trim_end_matches("/graphql").parse() {
            return Ok(Self { name, address, child: None });
        }
        let port = processes::free_port()?;
        let line = command
            .replace("{supergraph}", &supergraph.display().to_string())
            .replace("{port}", &port.to_string());
        let mut process = Command::new("sh");
        // In place of the shell, so that its process is the one we look at.
        process.arg("-c").arg(format!("exec env {line}")).stdout(Stdio::null()).stderr(Stdio::null());
        processes::detach(&mut process);
        let child = process.spawn().with_context(|| format!("{line} doesn't start"))?;
        Ok(Self { name, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), child: Some(child) })
    }

    /// Waits for the first answer.
    pub(super) async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START;
        let request = super::request(self.address, "{ __typename }");
        let mut pause = interval(Duration::from_millis(50));
        while Instant::now() < deadline {
            pause.tick().await;
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("{} ended with {status}", self.name);
            }
            if load::once(self.address, &request).await.is_ok() {
                return Ok(());
            }
        }
        bail!("{} didn't answer within {} s", self.name, START.as_secs());
    }

    /// CPU time of the process so far, in user and kernel; `None` for one that we didn't start.
    pub(super) fn cpu_time(&self) -> anyhow::Result<Option<Duration>> {
        let Some(child) = &self.child else {
            return Ok(None);
        };
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
        Ok(Some(cpu_time_of(&stat).context("/proc/PID/stat has an unknown form")?))
    }

    /// The most memory that the process ever held.
    pub(super) fn peak_memory_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.as_ref()?.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            processes::stop(child, Duration::from_secs(5));
        }
    }
}

/// Fields 14 and 15, counted after the name in parentheses, which may hold anything.
fn cpu_time_of(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + kernel) * 1_000 / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_past_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0 100 1000 10";
        assert_eq!(cpu_time_of(stat), Some(Duration::from_secs(2)));
        assert_eq!(cpu_time_of("7 (a"), None);
    }
}
