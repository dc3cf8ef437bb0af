//! The distributed shape: NATS, six subgraphs and the gateway, each a process.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tempfile::TempDir;
use testkit::{DATA_KEYS, eventually, free_port};
use tokio::process::{Child, Command};

use crate::world::{IDENTITY_SECRET, SUBGRAPHS};

pub(crate) struct Processes {
    urls: BTreeMap<&'static str, String>,
    ports: BTreeMap<&'static str, u16>,
    gateway_port: u16,
    nats_port: u16,
    folder: TempDir,
    children: BTreeMap<&'static str, Child>,
}

impl Processes {
    pub(crate) async fn start(urls: &BTreeMap<&'static str, String>, gateway_port: u16) -> Self {
        let mut processes = Self {
            urls: urls.clone(),
            ports: SUBGRAPHS.iter().map(|name| (*name, free_port())).collect(),
            gateway_port,
            nats_port: free_port(),
            folder: tempfile::tempdir().expect("a temporary folder"),
            children: BTreeMap::new(),
        };
        processes.start_all().await;
        processes
    }

    pub(crate) async fn restart(&mut self) {
        self.stop_all().await;
        self.start_all().await;
    }

    pub(crate) async fn stop(mut self) {
        self.stop_all().await;
    }

    /// The base URL of a subgraph's own process.
    pub(crate) fn subgraph_url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[name])
    }

    /// Has a subgraph's program do what an operator asks of its events.
    pub(crate) async fn operate_on_events(&self, name: &str, what: &[&str]) -> Result<String, String> {
        let mut command = self.command(name);
        command.arg("events").args(what).env("DATABASE_URL", &self.urls[name]);
        let output = command.output().await.expect("the subgraph's program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").trim_end().to_owned();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// Ends one subgraph at once, as a crash would.
    pub(crate) async fn kill(&mut self, name: &'static str) {
        let mut child = self.children.remove(name).expect("the subgraph runs");
        child.kill().await.expect("the subgraph's process ends");
    }

    /// Asks one subgraph to stop, as a deployment would.
    pub(crate) async fn stop_subgraph(&mut self, name: &'static str) {
        terminate(self.children.remove(name).expect("the subgraph runs")).await;
    }

    /// Has the gateway serve another supergraph, made from the one it has.
    pub(crate) async fn replace_supergraph(&self, change: impl FnOnce(&str) -> String) {
        let path = self.supergraph();
        let supergraph = std::fs::read_to_string(&path).expect("the gateway's supergraph");
        std::fs::write(&path, change(&supergraph)).expect("a temporary file");
        let gateway = self.children["gateway"].id().expect("the gateway runs").to_string();
        let asked = Command::new("kill").args(["-HUP", &gateway]).status().await;
        assert!(asked.expect("kill runs").success(), "the gateway can be asked to look");
    }

    fn supergraph(&self) -> PathBuf {
        self.folder.path().join("supergraph.graphql")
    }

    pub(crate) async fn start_subgraph(&mut self, name: &'static str) {
        let mut command = self.command(name);
        command.env("PORT", self.ports[name].to_string()).env("DATABASE_URL", &self.urls[name]);
        for (service, variable) in SERVICE_URLS {
            command.env(variable, self.subgraph_url(service));
        }
        self.children.insert(name, command.spawn().expect("the subgraph's program starts"));
        ready(name, self.ports[name]).await;
    }

    async fn start_all(&mut self) {
        self.start_nats().await;
        // Starting one by one spares the machine; each creates its schema.
        for name in SUBGRAPHS {
            self.start_subgraph(name).await;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut command = self.command("gateway");
        command.env("PORT", self.gateway_port.to_string());
        std::fs::copy(root.join("schema/supergraph.graphql"), self.supergraph()).expect("a temporary file");
        command.arg("--supergraph").arg(self.supergraph());
        command.arg("--config").arg(root.join("gateway.yaml"));
        for (service, variable) in SERVICE_URLS {
            command.env(variable, self.subgraph_url(service));
        }
        self.children.insert("gateway", command.spawn().expect("the gateway's program starts"));
        ready("gateway", self.gateway_port).await;
    }

    async fn start_nats(&mut self) {
        let mut command = Command::new("nats-server");
        command.args(["--jetstream", "--addr", "127.0.0.1", "--port", &self.nats_port.to_string()]);
        command.arg("--store_dir").arg(self.folder.path().join("nats"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().expect("nats-server is installed (`cargo xtask test` sees to it)");
        self.children.insert("nats", child);
        eventually("nats-server to listen", || async {
            tokio::net::TcpStream::connect(("127.0.0.1", self.nats_port)).await.ok()
        })
        .await;
    }

    async fn stop_all(&mut self) {
        // The gateway first, the bus last, each asked politely.
        let nats = self.children.remove("nats");
        let gateway = self.children.remove("gateway");
        let subgraphs = std::mem::take(&mut self.children).into_values();
        for child in gateway.into_iter().chain(subgraphs).chain(nats) {
            terminate(child).await;
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program_path(program));
        command
            .env("IDENTITY_SECRET", IDENTITY_SECRET)
            .env("DATA_KEYS", DATA_KEYS)
            .env("AVATAR_STORE", format!("file:{}", self.folder.path().join("avatars").display()))
            .env("NATS_URL", format!("nats://127.0.0.1:{}", self.nats_port))
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()))
            .env_remove("JWT_SECRET")
            .env_remove("HOST")
            .kill_on_drop(true);
        command
    }
}

/// Which variable tells where a service is.
const SERVICE_URLS: [(&str, &str); 6] = [
    ("auth", "AUTH_SERVICE_URL"),
    ("users", "USER_SERVICE_URL"),
    ("moods", "MOOD_SERVICE_URL"),
    ("hugs", "HUG_SERVICE_URL"),
    ("social", "SOCIAL_SERVICE_URL"),
    ("streaks", "STREAK_SERVICE_URL"),
];

fn program_path(program: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_standalone")).parent().expect("the folder of programs");
    let path = folder.join(program);
    assert!(path.exists(), "{} is not built: run `cargo build --workspace --bins`", path.display());
    path
}

async fn ready(name: &str, port: u16) {
    let url = format!("http://127.0.0.1:{port}/health/ready");
    eventually(&format!("{name} to be ready"), || async {
        let response = reqwest::get(&url).await.ok()?;
        response.status().is_success().then_some(())
    })
    .await;
}

/// Asks a process to stop, and waits until it has.
async fn terminate(mut child: Child) {
    if let Some(id) = child.id() {
        let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        assert!(asked.expect("kill runs").success(), "the process {id} can be asked to stop");
    }
    let stopped = tokio::time::timeout(Duration::from_secs(20), child.wait()).await;
    stopped.expect("the process stops when asked").expect("the process is waited for");
}
