//! One way to send an HTTP request: over the network, or straight into a router of this process.

use std::{fmt, time::Duration};

use axum::{Router, body::Body};
use http::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tower::ServiceExt;

/// Sends requests and gives back responses whose bodies stream. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Transport(Kind);

#[derive(Clone)]
enum Kind {
    /// Boxed for its size; clones share the pool.
    Http(Box<Client<HttpsConnector<HttpConnector>, Body>>),
    InProcess(Router),
}

/// How connections are made and kept.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// How long a TCP connection may take to be made.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept.
    pub pool_idle_timeout: Duration,
    /// How many unused connections are kept for one host.
    pub pool_max_idle_per_host: usize,
    /// Speak HTTP/2 from the first byte, also without TLS. The server has to know.
    pub http2_prior_knowledge: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            pool_idle_timeout: Duration::from_mins(1),
            pool_max_idle_per_host: 256,
            http2_prior_knowledge: false,
        }
    }
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection could be made; the request was not sent.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection broke after it was made; the request may have been served.
    #[error("connection lost: {0}")]
    Interrupted(String),
}

impl Transport {
    /// A pooled client for `http://` and `https://` addresses. It follows no redirect.
    pub fn http(options: HttpOptions) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(options.connect_timeout));
        tcp.enforce_http(false);
        tcp.set_keepalive(Some(Duration::from_mins(1)));
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.pool_idle_timeout)
            .pool_max_idle_per_host(options.pool_max_idle_per_host)
            .http2_only(options.http2_prior_knowledge)
            .http2_adaptive_window(true)
            .http2_keep_alive_interval(Some(Duration::from_secs(20)))
            .build(connector);
        Self(Kind::Http(Box::new(client)))
    }

    /// Calls `router` as a function; only the path and query of the address matter.
    pub fn in_process(router: Router) -> Self {
        Self(Kind::InProcess(router))
    }

    /// Sends one request. The response's body may still be on its way; dropping it stops the sender.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        match &self.0 {
            Kind::Http(client) => match client.request(request).await {
                Ok(response) => Ok(response.map(Body::new)),
                Err(error) if error.is_connect() => Err(TransportError::Connect(reason(&error))),
                Err(error) => Err(TransportError::Interrupted(reason(&error))),
            },
            Kind::InProcess(router) => {
                let Ok(response) = router.clone().oneshot(request).await;
                Ok(response)
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Kind::Http(_) => "Transport::http",
            Kind::InProcess(_) => "Transport::in_process",
        })
    }
}

/// The innermost cause, which is the one that names the trouble ("Connection refused").
fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use http_body_util::BodyExt;

    use super::*;

    fn router() -> Router {
        Router::new()
            .route("/hello", get(|| async { "hello" }))
            .route("/moved", get(|| async { axum::response::Redirect::temporary("/hello") }))
    }

    async fn body_of(response: Response<Body>) -> Vec<u8> {
        response.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    #[tokio::test]
    async fn a_router_in_process_and_a_server_over_tcp_answer_alike() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router()).await });
        let request = || Request::get(format!("http://{address}/hello")).body(Body::empty()).unwrap();
        let [http1, http2] =
            [false, true].map(|http2| HttpOptions { http2_prior_knowledge: http2, ..HttpOptions::default() });
        for transport in [Transport::in_process(router()), Transport::http(http1), Transport::http(http2)] {
            let response = transport.send(request()).await.unwrap();
            assert_eq!(body_of(response).await, b"hello", "{transport:?}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_handed_back_and_not_followed() {
        let request = Request::get("http://anywhere/moved").body(Body::empty()).unwrap();
        let response = Transport::in_process(router()).send(request).await.unwrap();
        assert_eq!(response.status(), http::StatusCode::TEMPORARY_REDIRECT);
    }

    #[tokio::test]
    async fn nobody_listening_is_a_connect_error() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let request = Request::get(format!("http://{address}/")).body(Body::empty()).unwrap();
        let error = Transport::http(HttpOptions::default()).send(request).await.unwrap_err();
        assert!(matches!(error, TransportError::Connect(_)), "{error:?}");
    }
}
