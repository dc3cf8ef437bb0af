//! A span for each request, in the trace of whoever sent it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, Span, field::Empty};

/// Middleware: what the subgraph `name` does for a request belongs to one span.
pub(crate) async fn trace(State(name): State<&'static str>, request: Request, next: Next) -> Response {
    let span = tracing::info_span!(
        target: telemetry::SPANS,
        "request",
        otel.kind = "server",
        otel.name = Empty,
        subgraph = name,
        http.request.method = %request.method(),
        url.path = request.uri().path(),
        http.response.status_code = Empty,
    );
    if span.is_disabled() {
        return next.run(request).await;
    }
    span.record("otel.name", format!("{name} {} {}", request.method(), request.uri().path()));
    telemetry::take_up(&span, request.headers());
    let response = next.run(request).instrument(Span::clone(&span)).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}
