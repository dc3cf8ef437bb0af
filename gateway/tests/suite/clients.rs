//! The libraries that front ends really use, in Node, against the gateway: scripts of `clients/conformance`.

use std::{path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::Command,
    time::timeout,
};

use crate::fixture::{DEADLINE, Installation};

/// What the last line of a script says when nothing was wrong.
const WELL: &str = "all is well";

/// Runs a script against a gateway as it is by default.
async fn run(script: &[&str]) {
    run_with("", script).await;
}

/// Runs a script with its arguments, and moves the subgraphs as it asks.
async fn run_with(config: &str, script: &[&str]) {
    let project =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("clients/conformance");
    assert!(
        project.join("node_modules").exists(),
        "the client libraries are not installed: run `npm ci` in clients/conformance, as `cargo xtask test` does"
    );
    let installation = Installation::start(config).await;
    let mut node = Command::new("node")
        .args(script)
        .current_dir(project)
        .env("GATEWAY_URL", installation.url("/graphql"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed");
    let mut answers = node.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(node.stdout.take().expect("a pipe")).lines();
    let mut errors = node.stderr.take().expect("a pipe");
    let mut said = Vec::new();
    let conversation = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if obey(&installation, &line).await {
                answers.write_all(b"done\n").await.expect("node listens");
            }
            said.push(line);
        }
    };
    let ended = timeout(3 * DEADLINE, conversation).await;
    if ended.is_err() {
        node.start_kill().expect("it runs");
    }
    let mut complaint = String::new();
    errors.read_to_string(&mut complaint).await.expect("text");
    assert_eq!(said.last().map(String::as_str), Some(WELL), "{said:#?}\n{complaint}");
}

/// Whether the line was an order.
async fn obey(installation: &Installation, line: &str) -> bool {
    match line.split_once(' ') {
        Some(("streams", count)) => installation.people.streams(count.parse().expect("a number")).await,
        Some(("tick", n)) => {
            installation.people.ticks.send(n.parse().expect("a number")).expect("a stream is open");
        }
        _ => return false,
    }
    true
}

#[tokio::test]
async fn every_server_audit_of_graphql_http_is_ok() {
    run(&["graphql-http.mjs"]).await;
}

#[tokio::test]
async fn npm_graphql_ws_queries_and_subscribes() {
    run(&["graphql-ws.mjs"]).await;
}

#[tokio::test]
async fn npm_subscriptions_transport_ws_queries_and_subscribes() {
    run(&["subscriptions-transport-ws.mjs"]).await;
}

#[tokio::test]
async fn npm_graphql_sse_queries_and_subscribes_over_distinct_connections() {
    run(&["graphql-sse.mjs"]).await;
}

#[tokio::test]
async fn npm_graphql_sse_queries_and_subscribes_over_a_single_connection() {
    run(&["graphql-sse.mjs", "single"]).await;
}

#[tokio::test]
async fn an_event_source_sees_events_and_the_completion() {
    run(&["eventsource.mjs"]).await;
}

#[tokio::test]
async fn apollo_client_persists_batches_and_subscribes_over_http() {
    run_with("batching: { enabled: true }", &["apollo-client.mjs"]).await;
}
