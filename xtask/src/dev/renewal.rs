//! What is saved is built, started again and composed anew, while everything else serves on.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::sleep;

use super::blueprint::Blueprint;
use super::composition;
use super::fleet::Fleet;
use super::logs::Log;
use super::services::{GATEWAY, SUBGRAPHS, Service};
use super::sources::Sources;
use crate::workspace;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Our own lines in the log.
const NAME: &str = "dev";

/// Keeps the running product as its sources are, until every process has ended.
pub(super) async fn follow(fleet: &mut Fleet, blueprint: &Blueprint, mut sources: Sources, log: &Log) {
    while !fleet.has_ended() {
        sleep(LOOK_EVERY).await;
        fleet.report_ends();
        if !sources.have_settled_anew() {
            continue;
        }
        log.line(NAME, "sources have changed: building");
        if let Err(error) = renew(fleet, blueprint, log).await {
            log.line(NAME, &format!("{error:#}"));
            log.line(NAME, "what runs goes on as it was");
        }
    }
}

/// Builds, restarts the subgraphs that are other programs now, composes, and restarts the gateway if it is one too.
async fn renew(fleet: &mut Fleet, blueprint: &Blueprint, log: &Log) -> anyhow::Result<()> {
    build().await?;
    restart(fleet, blueprint, &SUBGRAPHS, log).await?;
    compose(blueprint, log);
    restart(fleet, blueprint, &[GATEWAY], log).await
}

/// Dropped, it takes the compiler along.
async fn build() -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--bins"]).current_dir(workspace::root()).kill_on_drop(true);
    for service in SUBGRAPHS.iter().chain([&GATEWAY]) {
        command.args(["--package", service.name]);
    }
    let status = command.status().await.context("cargo does not start")?;
    ensure!(status.success(), "the binaries do not build");
    Ok(())
}

async fn restart(
    fleet: &mut Fleet,
    blueprint: &Blueprint,
    services: &[Service],
    log: &Log,
) -> anyhow::Result<()> {
    let changed: Vec<&Service> =
        services.iter().filter(|service| !fleet.runs(service, &blueprint.origin(service))).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = changed.iter().map(|service| service.name).collect();
    log.line(NAME, &format!("starting again: {}", names.join(", ")));
    fleet.stop_some(&names).await;
    for service in changed {
        fleet.launch(service, blueprint)?;
    }
    fleet.ready().await
}

/// Composes anew; an error is told with its code and place, and the supergraph stays as it was.
pub(super) fn compose(blueprint: &Blueprint, log: &Log) {
    match composition::renew(blueprint) {
        Ok(true) => log.line(NAME, "composed a new supergraph"),
        Ok(false) => {}
        Err(error) => {
            for line in format!("{error:#}").lines() {
                log.line(NAME, line);
            }
            log.line(NAME, "the subgraphs do not compose: the old supergraph is served on");
        }
    }
}
