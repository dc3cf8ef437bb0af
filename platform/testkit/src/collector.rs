//! An OpenTelemetry collector on the loopback: takes spans by OTLP over HTTP and shows them.

mod wire;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::eventually;

/// A span as it was sent; ids in hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectedSpan {
    /// The process that sent it.
    pub service: String,
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty for the first span of a trace.
    pub parent: String,
    /// Texts and numbers only.
    pub attributes: BTreeMap<String, String>,
}

impl CollectedSpan {
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

type Spans = Arc<Mutex<Vec<CollectedSpan>>>;

/// Collects until it is dropped.
#[derive(Debug)]
pub struct Collector {
    url: String,
    spans: Spans,
    serving: AbortHandle,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on this machine");
        let address = listener.local_addr().expect("a bound listener has an address");
        let spans = Spans::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url: format!("http://{address}"), spans, serving: serving.abort_handle() }
    }

    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is to say.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that was collected so far.
    pub fn spans(&self) -> Vec<CollectedSpan> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first span that `is` looked for, once it was sent.
    pub async fn span(&self, what: &str, is: impl Fn(&CollectedSpan) -> bool) -> CollectedSpan {
        eventually(what, || async { self.spans().into_iter().find(&is) }).await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(spans): State<Spans>, body: Bytes) {
    spans.lock().unwrap_or_else(PoisonError::into_inner).extend(wire::spans(&body));
}
