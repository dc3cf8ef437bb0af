//! A NATS server for a test: started here, or the one at `TEST_NATS_URL`.

use std::{path::Path, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::world::DEADLINE;

/// A server of the test's own, which ends with it.
#[derive(Debug)]
pub(crate) struct NatsServer {
    child: Option<Child>,
    port: u16,
    store: TempDir,
}

impl NatsServer {
    pub(crate) async fn start() -> Self {
        let mut server =
            Self { child: None, port: 0, store: tempfile::tempdir().expect("a temporary folder") };
        server.run("-1").await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// As an operator does it: the server puts everything on disk first.
    pub(crate) async fn stop(&mut self) {
        let mut child = self.child.take().expect("the server runs");
        let id = child.id().expect("the server runs").to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.expect("there is `kill`");
        assert!(told.success());
        tokio::time::timeout(DEADLINE, child.wait())
            .await
            .expect("the server stops in time")
            .expect("it ran");
    }

    /// As a crash does it.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().expect("the server runs");
        child.kill().await.expect("the server can be killed");
    }

    /// On the same port, with what it had stored.
    pub(crate) async fn start_again(&mut self) {
        let port = self.port.to_string();
        self.run(&port).await;
    }

    async fn run(&mut self, port: &str) {
        let store = self.store.path();
        let child = Command::new("nats-server")
            .args(["--addr", "127.0.0.1", "--port", port, "--jetstream"])
            .arg("--store_dir")
            .arg(store)
            .arg("--ports_file_dir")
            .arg(store)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("these tests need `nats-server` (Debian: apt install nats-server) or TEST_NATS_URL");
        let ports = store.join(format!("nats-server_{}.ports", child.id().expect("the server runs")));
        self.child = Some(child);
        self.port = port_in(&ports).await;
    }
}

/// The server writes the file when it listens.
async fn port_in(file: &Path) -> u16 {
    let written = async {
        loop {
            if let Some(port) = std::fs::read_to_string(file).ok().and_then(|text| parse_port(&text)) {
                return port;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, written).await.expect("nats-server listens in time")
}

fn parse_port(text: &str) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_str(text).ok()?;
    ports["nats"][0].as_str()?.rsplit(':').next()?.parse().ok()
}
