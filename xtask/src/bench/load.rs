//! The load: a fixed number of connections, each with one request at a time, the next one as soon as the last is
//! answered. Plain HTTP/1.1, so that the load itself costs little.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// No answer may take longer.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

/// What was measured.
pub(super) struct Load {
    /// Of each answer.
    pub(super) latencies: Vec<Duration>,
    /// From the first request to the last answer.
    pub(super) took: Duration,
}

/// Sends the request over `connections` for as long as `duration`.
pub(super) async fn run(
    address: SocketAddr,
    request: &Arc<[u8]>,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<Load> {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let request = Arc::clone(request);
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut latencies = Vec::new();
            while start.elapsed() < duration {
                let sent = Instant::now();
                connection.answer(&request).await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    Ok(Load { latencies, took: start.elapsed() })
}

/// The body of one answer.
pub(super) async fn once(address: SocketAddr, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut connection = Connection::open(address).await?;
    connection.answer(request).await?;
    let body = connection.body();
    Ok(body.to_vec())
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body_start: usize,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(256 * 1024), body_start: 0 })
    }

    fn body(&self) -> &[u8] {
        &self.buffer[self.body_start..]
    }

    /// Sends the request and reads the whole answer, which has to be a success.
    async fn answer(&mut self, request: &[u8]) -> anyhow::Result<()> {
        timeout(LONGEST_ANSWER, self.exchange(request)).await.context("no answer in time")?
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let end_of_head = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let head = std::str::from_utf8(&self.buffer[..end_of_head])?.to_ascii_lowercase();
        ensure!(
            head.starts_with("http/1.1 200"),
            "answered with {}",
            head.lines().next().unwrap_or_default()
        );
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        self.body_start = end_of_head;
        match length {
            Some(length) => {
                let end = end_of_head + length.trim().parse::<usize>()?;
                while self.buffer.len() < end {
                    self.read().await?;
                }
            }
            None if head.contains("transfer-encoding: chunked") => bail!("chunked answers can't be measured"),
            None => bail!("an answer without a length"),
        }
        Ok(())
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the connection was closed");
        Ok(())
    }
}
