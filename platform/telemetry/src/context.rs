//! One trace across processes: the W3C `traceparent` of a request, taken up and handed on.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    global,
    propagation::{Extractor, Injector},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The target of spans that are made for a collector. Without one they cost next to nothing, and lines never show them.
pub const SPANS: &str = "spans";

/// Makes the span a part of the trace that a request's headers name, if they name one.
pub fn take_up(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    let context = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(headers)));
    // It fails only for a span that no collector gets.
    let _ = span.set_parent(context);
}

/// Has a request's headers name the span that is entered now, so that its receiver takes it up.
pub fn hand_on(headers: &mut HeaderMap) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    let context = span.context();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut HeadersMut(headers));
    });
}

/// The W3C `traceparent` of the span that is entered now, for what is handed on otherwise than by a request; none without
/// a collector.
pub fn traceparent() -> Option<String> {
    let mut headers = HeaderMap::new();
    hand_on(&mut headers);
    Some(headers.get("traceparent")?.to_str().ok()?.to_owned())
}

struct Headers<'headers>(&'headers HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'headers>(&'headers mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            // An empty `tracestate` says nothing.
            if !value.is_empty() {
                self.0.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_span_that_a_collector_gets_has_a_traceparent_and_nothing_else_has() {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        assert_eq!(traceparent(), None);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            assert_eq!(traceparent(), None);
            let span = tracing::info_span!(target: SPANS, "request");
            let one = span.in_scope(traceparent).unwrap();
            assert_eq!((one.len(), &one[..3]), (55, "00-"), "{one}");
            let mut headers = HeaderMap::new();
            span.in_scope(|| hand_on(&mut headers));
            assert_eq!(headers["traceparent"], one);
        });
    }
}
