//! `cargo xtask bench`: what an answer of the gateway costs, and what it costs others; and what the product's own answers do.

mod contestant;
mod dataset;
mod load;
mod moods;
mod product;
mod report;
mod social;
mod subgraphs;
mod timing;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use xshell::{Shell, cmd};

use self::contestant::Contestant;
use self::load::Load;
use self::report::{Report, Round};
use self::subgraphs::Subgraphs;
use crate::workspace;

/// Measures what ships
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    Gateway(GatewayBench),
    Moods(moods::MoodsBench),
    Social(social::SocialBench),
}

/// CPU time, throughput, latency and memory of the gateway, over subgraphs on this machine
#[derive(Debug, Args)]
struct GatewayBench {
    /// Another router, measured in turns on the same subgraphs: a program with its arguments, environment variables
    /// before it, `{supergraph}` and `{port}` put in; or the address of one that runs, such as 127.0.0.1:4000
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// How many times each is measured; the medians are reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long one measurement takes
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections, each with one request at a time
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How the gateway is built
    #[arg(long, default_value = "release")]
    profile: String,
    /// A gateway that is built already
    #[arg(long, value_name = "FILE")]
    gateway: Option<PathBuf>,
    /// Let the gateway send equal queries that are under way at the same time once, as it does by default. All
    /// connections ask the same, so almost every fetch is shared then
    #[arg(long)]
    deduplicate: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// An operation that is sent over and over.
struct Workload {
    name: &'static str,
    query: &'static str,
}

const WORKLOADS: [Workload; 2] = [
    Workload { name: "small, one subgraph", query: "{ me { id name username } }" },
    Workload { name: "large, many subgraphs", query: include_str!("bench/large.graphql") },
];

impl Bench {
    pub(crate) fn run(self, shell: &Shell) -> anyhow::Result<()> {
        match self.subject {
            Subject::Gateway(bench) => bench.run(shell),
            Subject::Moods(bench) => bench.run(shell),
            Subject::Social(bench) => bench.run(shell),
        }
    }
}

impl GatewayBench {
    fn run(self, shell: &Shell) -> anyhow::Result<()> {
        let binary = self.binary(shell)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let report = runtime.block_on(self.measure(&binary))?;
        println!("{}", if self.json { report.json() } else { report.table() });
        Ok(())
    }

    fn binary(&self, shell: &Shell) -> anyhow::Result<PathBuf> {
        if let Some(binary) = &self.gateway {
            return Ok(binary.clone());
        }
        let profile = &self.profile;
        let _folder = shell.push_dir(workspace::root());
        cmd!(shell, "cargo build --profile {profile} -p gateway --bin gateway").run()?;
        let target = workspace::metadata()?.target_directory;
        let folder = if profile == "dev" { "debug" } else { profile };
        Ok(target.join(folder).join("gateway").into())
    }

    async fn measure(&self, binary: &std::path::Path) -> anyhow::Result<Report> {
        let subgraphs = Subgraphs::start().await?;
        let folder = tempfile::tempdir()?;
        let supergraph = folder.path().join("supergraph.graphql");
        std::fs::write(&supergraph, subgraphs.supergraph()?)?;
        let gateway = format!(
            "GATEWAY__TRAFFIC__DEDUPLICATE={} {} --supergraph {{supergraph}} --listen 127.0.0.1:{{port}}",
            self.deduplicate,
            binary.display()
        );
        let mut contestants = vec![Contestant::start("gateway", &gateway, &supergraph)?];
        if let Some(peer) = &self.peer {
            contestants.push(Contestant::start("peer", peer, &supergraph)?);
        }
        for contestant in &mut contestants {
            contestant.ready().await?;
        }
        let bytes = check_answers(&contestants).await?;
        let mut report = Report::new(self.rounds, self.seconds, self.connections);
        for round in 1..=self.rounds {
            for (workload, bytes) in WORKLOADS.iter().zip(&bytes) {
                for contestant in &contestants {
                    eprintln!("round {round}: {}, {}", workload.name, contestant.name);
                    let measured = self.one(contestant, workload).await?;
                    report.add(workload.name, *bytes, &contestant.name, measured);
                }
            }
        }
        for contestant in &contestants {
            report.add_memory(&contestant.name, contestant.peak_memory_kib());
        }
        Ok(report)
    }

    async fn one(&self, contestant: &Contestant, workload: &Workload) -> anyhow::Result<Round> {
        let request = request(contestant.address, workload.query);
        load::run(contestant.address, &request, self.connections, Duration::from_secs(1)).await?;
        let before = contestant.cpu_time()?;
        let Load { mut latencies, took } =
            load::run(contestant.address, &request, self.connections, Duration::from_secs(self.seconds))
                .await?;
        let after = contestant.cpu_time()?;
        ensure!(!latencies.is_empty(), "{} answered nothing", contestant.name);
        latencies.sort_unstable();
        Ok(Round::of(&latencies, took, before.zip(after).map(|(before, after)| after.saturating_sub(before))))
    }
}

/// The whole HTTP request, as it goes over the wire.
fn request(address: SocketAddr, query: &str) -> Arc<[u8]> {
    let body = json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
    .into()
}

/// Everybody gives the same data without errors, or the figures would compare nothing. Returns the answers' sizes.
async fn check_answers(contestants: &[Contestant]) -> anyhow::Result<Vec<usize>> {
    let mut sizes = Vec::new();
    for workload in &WORKLOADS {
        let mut first: Option<Json> = None;
        for contestant in contestants {
            let body = load::once(contestant.address, &request(contestant.address, workload.query)).await?;
            let answer: Json = serde_json::from_slice(&body)
                .with_context(|| format!("{} doesn't answer in JSON", contestant.name))?;
            ensure!(answer.get("errors").is_none(), "{} answers {answer:.500}", contestant.name);
            match &first {
                None => {
                    sizes.push(body.len());
                    first = Some(answer);
                }
                Some(first) => {
                    ensure!(first["data"] == answer["data"], "{} gives other data", contestant.name);
                }
            }
        }
    }
    Ok(sizes)
}
