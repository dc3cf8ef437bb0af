//! One log line per request: what was asked, how it was answered, how long it took. No document, variable or token.

use clock::Stopwatch;
use http::{Method, StatusCode};
use tracing::Span;

/// Longer names are cut.
const MAX_NAME: usize = 80;

/// Collects what the line says while a request is answered.
#[derive(Debug)]
pub(super) struct AccessLog {
    pub request_id: String,
    method: Method,
    started: Stopwatch,
    operation: Option<String>,
    kind: &'static str,
}

impl AccessLog {
    pub(super) fn start(request_id: String, method: Method) -> Self {
        Self { request_id, method, started: Stopwatch::start(), operation: None, kind: "" }
    }

    pub(super) fn operation(&mut self, name: Option<&str>, kind: &'static str) {
        self.kind = kind;
        let span = Span::current();
        if !span.is_disabled() {
            span.record("graphql.operation.type", kind);
            span.record("graphql.operation.name", name.map(plain));
        }
        if tracing::enabled!(target: "gateway::access", tracing::Level::INFO) {
            self.operation = name.map(plain);
        }
    }

    pub(super) fn finish(self, status: StatusCode) {
        tracing::info!(
            target: "gateway::access",
            request_id = %self.request_id,
            method = %self.method,
            status = status.as_u16(),
            kind = self.kind,
            operation = self.operation.as_deref().unwrap_or_default(),
            took_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "request"
        );
    }
}

/// A client's text as it may stand in a log: short, and without control characters.
fn plain(text: &str) -> String {
    text.chars()
        .take(MAX_NAME)
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_text_is_cut_and_cannot_forge_a_line() {
        assert_eq!(plain("a\nb\u{1b}[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(plain(&"x".repeat(1_000)).len(), MAX_NAME);
    }
}
