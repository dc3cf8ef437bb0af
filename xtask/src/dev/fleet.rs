//! The product's processes while they run.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::{Instant, sleep};

use super::logs::Log;
use super::readiness::is_ready;
use super::services::Service;
use crate::processes;

/// Migrations of a fresh PostgreSQL on a slow machine included.
const READY_WITHIN: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long a process may take to drain before it is ended by force.
const GRACE: Duration = Duration::from_secs(15);

pub(super) struct Fleet {
    log: Log,
    members: Vec<Member>,
}

struct Member {
    name: &'static str,
    port: u16,
    child: Child,
    has_ended: bool,
}

impl Fleet {
    pub(super) fn new(log: Log) -> Self {
        Self { log, members: Vec::new() }
    }

    /// Starts `command`, which is to listen on `port`; its lines go to the log.
    pub(super) fn launch(
        &mut self,
        service: &Service,
        port: u16,
        mut command: Command,
    ) -> anyhow::Result<()> {
        processes::detach(&mut command);
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("{} does not start", service.name))?;
        if let Some(stdout) = child.stdout.take() {
            processes::follow(stdout, self.log.writer(service.name));
        }
        if let Some(stderr) = child.stderr.take() {
            processes::follow(stderr, self.log.writer(service.name));
        }
        self.members.push(Member { name: service.name, port, child, has_ended: false });
        Ok(())
    }

    /// Waits until each process says that it is ready; an end before that is an error.
    pub(super) async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        for member in &mut self.members {
            while !is_ready(member.port).await {
                if let Some(status) = member.child.try_wait()? {
                    bail!("{} ended before it was ready ({status})", member.name);
                }
                if Instant::now() > deadline {
                    bail!("{} was not ready within {} s", member.name, READY_WITHIN.as_secs());
                }
                sleep(LOOK_EVERY).await;
            }
        }
        Ok(())
    }

    /// Reports each process that ends, and returns when none is left: one may be down while the others serve.
    pub(super) async fn watch(&mut self) {
        while self.members.iter().any(|member| !member.has_ended) {
            for member in self.members.iter_mut().filter(|member| !member.has_ended) {
                if let Ok(Some(status)) = member.child.try_wait() {
                    member.has_ended = true;
                    self.log.line(member.name, &format!("ended ({status}); the others go on"));
                }
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Stops the gateway, which drains its clients, then the subgraphs side by side.
    pub(super) fn stop(self) {
        let alive = self.members.into_iter().filter(|member| !member.has_ended);
        let (gateway, subgraphs): (Vec<_>, Vec<_>) = alive.partition(|member| member.name == "gateway");
        for group in [gateway, subgraphs] {
            let stopping: Vec<_> = group
                .into_iter()
                .map(|member| thread::spawn(move || processes::stop(member.child, GRACE)))
                .collect();
            for stopped in stopping {
                let _ = stopped.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::services::GATEWAY;
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn a_process_that_ends_before_it_is_ready_is_named() {
        let mut fleet = Fleet::new(Log::new());
        fleet.launch(&GATEWAY, processes::free_port().unwrap(), shell("exit 3")).unwrap();
        let error = fleet.ready().await.unwrap_err();
        assert_eq!(error.to_string(), "gateway ended before it was ready (exit status: 3)");
    }

    #[tokio::test]
    async fn watching_ends_with_the_last_process() {
        let mut fleet = Fleet::new(Log::new());
        fleet.launch(&GATEWAY, processes::free_port().unwrap(), shell("exit 0")).unwrap();
        fleet.watch().await;
        fleet.stop();
    }
}
