//! When a failed fetch is sent again: queries only, a few times.

use std::borrow::Cow;

use serde::Deserialize;

use crate::engine::upstream::UpstreamError;

/// Whether the failure may be gone a moment later. A timeout is not retried: the client has waited long enough.
pub(super) fn is_passing(error: &UpstreamError) -> bool {
    matches!(error, UpstreamError::Unreachable(_) | UpstreamError::Status(502..=504, _))
}

/// Whether sending `body` twice does no harm, which is so for queries.
pub(super) fn is_query(body: &[u8]) -> bool {
    // How the engine's own requests begin; they needn't be read any further.
    const QUERIES: [&[u8]; 2] = [br#"{"query":"{"#, br#"{"query":"query"#];
    if QUERIES.iter().any(|beginning| body.starts_with(beginning)) {
        return true;
    }
    #[derive(Deserialize)]
    struct Request<'body> {
        #[serde(borrow)]
        query: Cow<'body, str>,
    }
    let Ok(request) = serde_json::from_slice::<Request<'_>>(body) else {
        return false;
    };
    let document = request.query.trim_start();
    document.starts_with('{') || document.starts_with("query")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_queries_are_safe_to_send_twice() {
        assert!(is_query(br#"{"query":"{ a }"}"#));
        assert!(is_query(br#"{"variables":{},"query":" query A { a }"}"#));
        assert!(!is_query(br#"{"query":"mutation { a }"}"#));
        assert!(!is_query(br#"{"query":"fragment F on A { a } mutation { a }"}"#));
        assert!(!is_query(b"nonsense"));
    }
}
