//! The product's processes while they run.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::{Instant, sleep};

use super::blueprint::{Blueprint, Origin};
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
    origin: Origin,
    child: Child,
    has_ended: bool,
}

impl Fleet {
    pub(super) fn new(log: Log) -> Self {
        Self { log, members: Vec::new() }
    }

    /// Starts the service as the blueprint says; its lines go to the log.
    pub(super) fn launch(&mut self, service: &Service, blueprint: &Blueprint) -> anyhow::Result<()> {
        // Read before the start: what changes meanwhile is a change.
        let origin = blueprint.origin(service);
        self.start(service, blueprint.port(service), origin, blueprint.command(service))
    }

    fn start(
        &mut self,
        service: &Service,
        port: u16,
        origin: Origin,
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
        self.members.push(Member { name: service.name, port, origin, child, has_ended: false });
        Ok(())
    }

    /// Waits until each process that runs says that it is ready; an end before that is an error.
    pub(super) async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        for member in self.members.iter_mut().filter(|member| !member.has_ended) {
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

    /// Reports each process that has ended: one may be down while the others serve.
    pub(super) fn report_ends(&mut self) {
        for member in self.members.iter_mut().filter(|member| !member.has_ended) {
            if let Ok(Some(status)) = member.child.try_wait() {
                member.has_ended = true;
                self.log.line(member.name, &format!("ended ({status}); the others go on"));
            }
        }
    }

    /// Reports each process that ends, and returns when none is left.
    pub(super) async fn watch(&mut self) {
        while !self.has_ended() {
            self.report_ends();
            sleep(LOOK_EVERY).await;
        }
    }

    /// Whether none is left.
    pub(super) fn has_ended(&self) -> bool {
        self.members.iter().all(|member| member.has_ended)
    }

    /// Whether the service was started from this origin, whatever became of it.
    pub(super) fn runs(&self, service: &Service, origin: &Origin) -> bool {
        self.members.iter().any(|member| member.name == service.name && member.origin == *origin)
    }

    /// Stops these side by side and forgets them. Once begun it is finished, also when nobody waits for it.
    pub(super) async fn stop_some(&mut self, names: &[&str]) {
        let (stopped, others) = self.members.drain(..).partition(|member| names.contains(&member.name));
        self.members = others;
        let stopping = tokio::task::spawn_blocking(move || stop_together(stopped));
        // A panic would be one of our own, and was printed.
        let _ = stopping.await;
    }

    /// Stops the gateway, which drains its clients, then the subgraphs side by side.
    pub(super) fn stop(self) {
        let (gateway, subgraphs) = self.members.into_iter().partition(|member| member.name == "gateway");
        stop_together(gateway);
        stop_together(subgraphs);
    }
}

fn stop_together(members: Vec<Member>) {
    let stopping: Vec<_> = members
        .into_iter()
        .filter(|member| !member.has_ended)
        .map(|member| thread::spawn(move || processes::stop(member.child, GRACE)))
        .collect();
    for stopped in stopping {
        let _ = stopped.join();
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

    /// A blueprint of nothing: only ports and origins matter here.
    fn blueprint() -> Blueprint {
        Blueprint {
            binaries: "/nowhere".into(),
            base_port: processes::free_port().unwrap(),
            environment: Vec::new(),
            databases: Vec::new(),
            supergraph: "/nowhere/supergraph.graphql".into(),
        }
    }

    fn launch(fleet: &mut Fleet, blueprint: &Blueprint, script: &str) {
        fleet.start(&GATEWAY, blueprint.port(&GATEWAY), blueprint.origin(&GATEWAY), shell(script)).unwrap();
    }

    #[tokio::test]
    async fn a_process_that_ends_before_it_is_ready_is_named() {
        let mut fleet = Fleet::new(Log::new());
        launch(&mut fleet, &blueprint(), "exit 3");
        let error = fleet.ready().await.unwrap_err();
        assert_eq!(error.to_string(), "gateway ended before it was ready (exit status: 3)");
    }

    #[tokio::test]
    async fn the_end_of_the_last_process_is_noticed() {
        let mut fleet = Fleet::new(Log::new());
        launch(&mut fleet, &blueprint(), "exit 0");
        fleet.watch().await;
        fleet.stop();
    }

    #[tokio::test]
    async fn a_stopped_process_is_forgotten_and_can_be_started_again() {
        let blueprint = blueprint();
        let origin = blueprint.origin(&GATEWAY);
        let mut fleet = Fleet::new(Log::new());
        launch(&mut fleet, &blueprint, "sleep 600");
        assert!(fleet.runs(&GATEWAY, &origin));
        fleet.stop_some(&[GATEWAY.name]).await;
        assert!(!fleet.runs(&GATEWAY, &origin) && fleet.has_ended());
        launch(&mut fleet, &blueprint, "sleep 600");
        assert!(fleet.runs(&GATEWAY, &origin) && !fleet.has_ended());
        fleet.stop();
    }
}
