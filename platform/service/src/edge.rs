//! Serving those whom nobody knows: a connection that sends nothing is not kept.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::server::DRAIN;

/// Between two pings on a connection of HTTP/2, and how long the answer to one may take.
const HTTP2_PING: Duration = Duration::from_secs(20);
/// Before another connection is taken after one could not be, for want of file descriptors above all.
const BREATHER: Duration = Duration::from_millis(200);

/// Serves until `stop`, then lets open requests finish for a while.
///
/// A client has `header_timeout` to send the headers of a request, from the moment when it connected or was answered;
/// then its connection is closed. An upgraded connection is its handler's matter.
pub async fn serve_clients(
    listener: TcpListener,
    router: Router,
    header_timeout: Duration,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = stop.cancelled() => break,
        };
        connections.spawn(connection(stream, peer, router.clone(), header_timeout, stop.clone()));
    }
    drop(listener);
    connections.close();
    // Who is still busy then is cut off with the process.
    let _ = tokio::time::timeout(DRAIN, connections.wait()).await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    stop: CancellationToken,
) {
    let has_asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&has_asked);
    let service = router.map_request(move |mut request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(Body::new)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HTTP2_PING).keep_alive_timeout(HTTP2_PING);
    let serving =
        builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut serving = std::pin::pin!(serving);
    // Neither version of HTTP counts the time before it is known to be the one.
    let mut silence = std::pin::pin!(tokio::time::sleep(header_timeout));
    let (mut is_known, mut is_stopping) = (false, false);
    loop {
        tokio::select! {
            served = serving.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(%peer, %error, "a connection ended badly");
                }
                return;
            }
            () = silence.as_mut(), if !is_known => {
                if !has_asked.load(Ordering::Relaxed) {
                    tracing::debug!(%peer, "a connection without a request was closed");
                    return;
                }
                is_known = true;
            }
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}
