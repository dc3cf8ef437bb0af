#![doc = include_str!("../README.md")]

mod context;

use std::{io::IsTerminal as _, thread};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, filter::LevelFilter, layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

pub use context::{SPANS, hand_on, take_up, traceparent};

/// How a process is to be heard.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The name that its spans carry.
    pub service: &'a str,
    pub debug: bool,
    /// The base URL of a collector; without one no span leaves the process.
    pub otlp_endpoint: Option<&'a str>,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("spans can't be sent to {endpoint}: {reason}")]
    Exporter { endpoint: String, reason: String },
    #[error("logging was set up before")]
    Twice,
}

/// Flushes and ends telemetry when dropped.
#[derive(Debug)]
#[must_use = "what is not flushed is lost"]
pub struct Flush(Option<SdkTracerProvider>);

impl Drop for Flush {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // The exporter's client is a blocking one, and must not be dropped on an async thread.
            let ending = thread::spawn(move || provider.shutdown());
            if !matches!(ending.join(), Ok(Ok(()))) {
                tracing::warn!("some spans were not flushed");
            }
        }
    }
}

/// Sets up logs and traces for the whole process.
pub fn start(options: &Options<'_>) -> Result<Flush, TelemetryError> {
    let provider = options.otlp_endpoint.map(|endpoint| provider(options.service, endpoint)).transpose()?;
    let spans = provider.as_ref().map(|provider| {
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        tracing_opentelemetry::layer().with_tracer(provider.tracer("hugmood"))
    });
    tracing_subscriber::registry()
        .with(lines().with_filter(filter(options.debug, LevelFilter::OFF)))
        .with(spans.map(|layer| layer.with_filter(filter(options.debug, LevelFilter::INFO))))
        .try_init()
        .map_err(|_| TelemetryError::Twice)?;
    Ok(Flush(provider))
}

/// What is heard: the environment's or our own choice, and of the spans for collectors these.
fn filter(debug: bool, spans: LevelFilter) -> EnvFilter {
    let default = if debug {
        "debug,hyper=info,h2=info,sqlx=info"
    } else {
        "info,sqlx=warn,async_nats=warn,sea_orm_migration=warn"
    };
    let and_spans = |chosen: &str| format!("{chosen},{SPANS}={spans}");
    let chosen = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|chosen| !chosen.is_empty());
    chosen
        .and_then(|chosen| EnvFilter::try_new(and_spans(&chosen)).ok())
        .unwrap_or_else(|| EnvFilter::new(and_spans(default)))
}

fn lines() -> Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { lines.compact().boxed() } else { lines.json().boxed() }
}

fn provider(service: &str, endpoint: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let building = thread::spawn(move || {
        SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).with_endpoint(url).build()
    });
    let failed = |reason: String| TelemetryError::Exporter { endpoint: endpoint.to_owned(), reason };
    let exporter = building
        .join()
        .map_err(|_| failed("its client could not be made".to_owned()))?
        .map_err(|error| failed(error.to_string()))?;
    let resource = Resource::builder().with_service_name(service.to_owned()).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}
