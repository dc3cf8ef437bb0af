//! A finished GraphQL response.

use bytes::Bytes;
use http::StatusCode;

use super::graphql_error::GraphqlError;

/// The JSON of one GraphQL response, and what a transport must know of it.
#[derive(Debug, Clone)]
pub struct GraphqlResponse {
    /// The JSON text.
    pub body: Bytes,
    /// Whether the request was refused before execution, so that there is no `data` entry.
    pub request_error: bool,
    /// Whether there is an `errors` entry.
    pub has_errors: bool,
    /// The status of an HTTP answer whose media type lets it tell refusals apart.
    pub status: StatusCode,
}

impl GraphqlResponse {
    /// A refusal, without `data`.
    pub fn request_error(code: &str, message: &str) -> Self {
        Self::refusal(&[GraphqlError::new(code, message)])
    }

    /// A refusal that may be gone when the client asks again.
    pub fn retryable_error(code: &str, message: &str) -> Self {
        Self::refusal(&[GraphqlError::new(code, message).retryable()])
    }

    /// A refusal for several reasons at once, without `data`.
    pub fn refusal(errors: &[GraphqlError]) -> Self {
        let mut body = b"{".to_vec();
        write_errors(&mut body, errors);
        body.push(b'}');
        Self { body: body.into(), request_error: true, has_errors: true, status: StatusCode::BAD_REQUEST }
    }

    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// Appends `"errors":[…]`.
pub(super) fn write_errors(body: &mut Vec<u8>, errors: &[GraphqlError]) {
    body.extend_from_slice(b"\"errors\":");
    write_json(body, errors);
}

/// Appends a value whose serialisation cannot fail.
pub(super) fn write_json<T: serde::Serialize + ?Sized>(body: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(body, value).expect("errors and strings always serialise into memory");
}
