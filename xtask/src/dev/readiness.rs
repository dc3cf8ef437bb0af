//! Asking a process whether it can answer.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Whether `/health/ready` answers with success.
pub(super) async fn is_ready(port: u16) -> bool {
    matches!(timeout(ANSWER_WITHIN, status(port)).await, Ok(Ok(200)))
}

async fn status(port: u16) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let request = "GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    // `HTTP/1.1 200`
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let code = head.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(code).parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn answering(head: &'static str) -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 16];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            stream
        };
        tokio::join!(is_ready(port), server).0
    }

    #[tokio::test]
    async fn only_a_success_is_readiness() {
        assert!(answering("HTTP/1.1 200 OK\r\n\r\n").await);
        assert!(!answering("HTTP/1.1 503 Service Unavailable\r\n\r\n").await);
        assert!(!is_ready(crate::processes::free_port().unwrap()).await);
    }
}
