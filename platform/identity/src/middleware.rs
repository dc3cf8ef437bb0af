//! The guard at a subgraph's door: no valid assertion, no answer.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use clock::SharedClock;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::{ASSERTION_HEADER, AssertionError, AssertionVerifier, Caller, USER_ID_HEADER};

/// What the guard needs to know.
#[derive(Debug, Clone)]
pub struct Guard {
    pub verifier: AssertionVerifier,
    pub clock: SharedClock,
}

impl Guard {
    /// The caller that the headers vouch for.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, AssertionError> {
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let token = text(ASSERTION_HEADER).ok_or(AssertionError::Missing)?;
        let assertion = self.verifier.verify(token, self.clock.now())?;
        if headers.contains_key(USER_ID_HEADER) && text(USER_ID_HEADER) != assertion.subject.as_deref() {
            return Err(AssertionError::Contradicted);
        }
        Caller::try_from(assertion)
    }
}

/// Lets a request through with its [`Caller`] as an extension, or answers 401.
pub async fn require_assertion(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match guard.caller(request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(reason) => refuse(&reason),
    }
}

fn refuse(reason: &AssertionError) -> Response {
    let message = format!("this service answers only through the gateway: {reason}");
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": "UNAUTHENTICATED" } }] });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
