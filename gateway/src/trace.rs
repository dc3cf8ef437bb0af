//! Spans of a request and its phases, for a collector. Without one each costs a look at a flag.

use http::{HeaderMap, Method};
use telemetry::SPANS;
use tracing::{Span, field::Empty, info_span};

use crate::engine::upstream::UpstreamError;

/// One HTTP request of a client, in the client's trace if it names one.
pub(crate) fn request(method: &Method, headers: &HeaderMap, request_id: &str) -> Span {
    let span = info_span!(
        target: SPANS,
        "request",
        otel.kind = "server",
        http.request.method = %method,
        http.response.status_code = Empty,
        graphql.operation.name = Empty,
        graphql.operation.type = Empty,
        request_id,
    );
    telemetry::take_up(&span, headers);
    span
}

/// One operation on a socket, in the trace that the socket was opened in.
pub(crate) fn operation(headers: &HeaderMap, request_id: &str) -> Span {
    let span = info_span!(target: SPANS, "operation", otel.kind = "server", request_id);
    telemetry::take_up(&span, headers);
    span
}

/// A phase of the request that is entered now.
macro_rules! phase {
    ($name:literal) => {
        tracing::info_span!(target: telemetry::SPANS, $name)
    };
}
pub(crate) use phase;

/// One request to a subgraph, with its retries.
pub(crate) fn fetch(subgraph: &str, name: &'static str) -> Span {
    info_span!(
        target: SPANS,
        "fetch",
        otel.kind = "client",
        otel.name = name,
        otel.status_code = Empty,
        subgraph,
        joined = Empty,
        http.response.status_code = Empty,
        error = Empty,
    )
}

/// Writes down that this fetch was not sent: it waits for the answer to another one, which is linked.
pub(crate) fn note_joined(span: &Span, other: &Span) {
    if !span.is_disabled() {
        span.record("joined", true);
        span.follows_from(other.id());
    }
}

/// Writes down how it went.
pub(crate) fn note_outcome<T>(span: &Span, outcome: &Result<T, UpstreamError>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(_) => {
            span.record("http.response.status_code", 200);
        }
        Err(error) => {
            if let UpstreamError::Status(status, _) = error {
                span.record("http.response.status_code", status);
            }
            span.record("otel.status_code", "ERROR");
            span.record("error", tracing::field::display(error));
        }
    }
}
