//! The journey with the clients that front ends use: `@apollo/client` and `graphql-ws`, in Node.

use std::{path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::Command,
};

use crate::{journeys, world::World};

journeys!(apollo_client_does_the_journey_across_a_restart);

async fn apollo_client_does_the_journey_across_a_restart(mut world: World) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("clients/journeys");
    assert!(
        folder.join("node_modules").exists(),
        "the journey's packages are not installed: run `npm ci` in clients/journeys, as `cargo xtask test` does"
    );
    let mut node = Command::new("node")
        .arg("live-hugs.mjs")
        .current_dir(folder)
        .env("HUGMOOD_URL", world.http_url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed");
    let mut orders = node.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(node.stdout.take().expect("a pipe")).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        if line == "restart, please" {
            world.restart().await;
            orders.write_all(b"restarted\n").await.expect("node listens");
        }
        said.push(line);
    }
    let status = node.wait().await.expect("node ends");
    assert!(status.success(), "the journey failed after: {said:#?}");
    assert_eq!(said.last().map(String::as_str), Some("the journey is done"));
    world.finish().await;
}
