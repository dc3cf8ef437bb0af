//! A `nats-server` with JetStream on the loopback address.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::processes;
use crate::tools::Tool;

const READY_WITHIN: Duration = Duration::from_secs(20);
const GRACE: Duration = Duration::from_secs(5);

/// Stops when dropped.
#[derive(Debug)]
pub(crate) struct Nats {
    child: Option<Child>,
    port: u16,
}

impl Nats {
    /// Starts the server with its streams in `store` and waits until it serves; `log` hears each line of it.
    pub(crate) fn start(
        port: u16,
        store: &Path,
        mut log: impl FnMut(String) + Send + 'static,
    ) -> anyhow::Result<Self> {
        let program = Tool::NatsServer.require()?;
        std::fs::create_dir_all(store).with_context(|| format!("cannot make {}", store.display()))?;
        let mut command = Command::new(program);
        command.args(["--addr", "127.0.0.1", "--port"]).arg(port.to_string());
        command.args(["--jetstream", "--store_dir"]).arg(store);
        processes::detach(&mut command);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("nats-server")?;
        let stderr = child.stderr.take().context("nats-server has no standard error")?;
        let server = Self { child: Some(child), port };

        let (sender, first_words) = mpsc::channel();
        processes::follow(stderr, move |line| {
            if line.contains("Server is ready") || line.contains("[FTL]") {
                let _ = sender.send(line.clone());
            }
            log(line);
        });
        match first_words.recv_timeout(READY_WITHIN) {
            Ok(line) if line.contains("Server is ready") => Ok(server),
            Ok(line) => bail!("nats-server: {line}"),
            Err(_) => bail!("nats-server was not ready within {} s", READY_WITHIN.as_secs()),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            processes::stop(child, GRACE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::Nats;
    use crate::processes::free_port;
    use crate::tools::Tool;

    #[test]
    fn a_started_server_takes_connections_until_it_is_dropped() {
        if Tool::NatsServer.find().is_none() {
            return;
        }
        let store = tempfile::tempdir().unwrap();
        let port = free_port().unwrap();
        let server = Nats::start(port, store.path(), |_| {}).unwrap();
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        let second = Nats::start(port, store.path(), |_| {}).unwrap_err();
        assert!(second.to_string().contains("[FTL]"), "{second}");
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
