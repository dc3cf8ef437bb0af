//! The product as it ships, in one process on a folder that goes away; and somebody with an account there.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::{Instant, interval};
use xshell::{Shell, cmd};

use super::load;
use crate::{processes, workspace};

const START: Duration = Duration::from_mins(1);
const GRACE: Duration = Duration::from_secs(10);
const PASSWORD: &str = "seven quiet lighthouses";

/// Stops when dropped, and its data goes with it.
pub(super) struct Product {
    pub(super) address: SocketAddr,
    child: Option<Child>,
    folder: Option<TempDir>,
}

impl Product {
    /// Builds the program and gives its path.
    pub(super) fn build(shell: &Shell, profile: &str) -> anyhow::Result<PathBuf> {
        let _folder = shell.push_dir(workspace::root());
        cmd!(shell, "cargo build --profile {profile} -p standalone --bin standalone").run()?;
        let target = workspace::metadata()?.target_directory;
        let folder = if profile == "dev" { "debug" } else { profile };
        Ok(target.join(folder).join("standalone").into())
    }

    /// Starts the program on an empty folder, and waits until it answers.
    pub(super) async fn start(program: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = processes::free_port()?;
        let mut command = Command::new(program);
        command.arg("--data").arg(folder.path()).args(["--port", &port.to_string()]).env("RUST_LOG", "warn");
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        processes::detach(&mut command);
        let child = command.spawn().with_context(|| format!("{} doesn't start", program.display()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut product = Self { address, child: Some(child), folder: Some(folder) };
        product.ready().await?;
        Ok(product)
    }

    /// One that runs already, wherever it keeps its data.
    pub(super) fn running_at(address: SocketAddr) -> Self {
        Self { address, child: None, folder: None }
    }

    /// The file in which a subgraph keeps its data.
    pub(super) fn database(&self, subgraph: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.as_ref().context("the data of a product that runs already is elsewhere")?;
        Ok(folder.path().join(format!("{subgraph}.db")))
    }

    /// The most memory that the process ever held; `None` for one that we didn't start.
    pub(super) fn peak_memory_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.as_ref()?.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Makes an account.
    pub(super) async fn register(&self, username: &str) -> anyhow::Result<Person> {
        let nobody = Person { address: self.address, token: None, id: String::new() };
        let query = "mutation Register($input: RegisterInput!) { register(input: $input) { tokens { accessToken } user { id } errors { code } } }";
        let input = json!({
            "email": format!("{username}@example.org"), "username": username, "displayName": username,
            "password": PASSWORD,
        });
        let answer = nobody.ask(query, &json!({ "input": input })).await?;
        let registered = &answer["register"];
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let token = text(&registered["tokens"]["accessToken"]);
        ensure!(token.is_some(), "{username} can't register: {registered}");
        Ok(Person { token, id: text(&registered["user"]["id"]).unwrap_or_default(), ..nobody })
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START;
        let request = super::request(self.address, "{ __typename }");
        let mut pause = interval(Duration::from_millis(50));
        while Instant::now() < deadline {
            pause.tick().await;
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("the product ended with {status}");
            }
            if load::once(self.address, &request).await.is_ok() {
                return Ok(());
            }
        }
        bail!("the product didn't answer within {} s", START.as_secs());
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            processes::stop(child, GRACE);
        }
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(super) struct Person {
    address: SocketAddr,
    token: Option<String>,
    /// Their id as a user.
    pub(super) id: String,
}

impl Person {
    /// The `data` of an answer that has no errors.
    pub(super) async fn ask(&self, query: &str, variables: &Json) -> anyhow::Result<Json> {
        self.timed(query, variables).await.map(|(data, _)| data)
    }

    /// The `data` of an answer that has no errors, and how long it took over a connection of its own.
    pub(super) async fn timed(&self, query: &str, variables: &Json) -> anyhow::Result<(Json, Duration)> {
        let request = self.request(&json!({ "query": query, "variables": variables }));
        let sent = Instant::now();
        let body = load::once(self.address, &request).await?;
        let took = sent.elapsed();
        let mut answer: Json = serde_json::from_slice(&body).context("the answer is not JSON")?;
        ensure!(answer.get("errors").is_none(), "the product answers {answer:.600}");
        Ok((answer["data"].take(), took))
    }

    fn request(&self, body: &Json) -> Vec<u8> {
        let body = body.to_string();
        let token = self
            .token
            .as_ref()
            .map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\naccept: application/json\r\n{token}content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }
}
