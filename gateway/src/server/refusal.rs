//! The one mapping of what is wrong with a request to a status, a code and a text.

use std::any::Any;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use super::media::Media;
use crate::{authenticate::AuthenticationError, documents::DocumentError, headers};

/// Why a request gets no GraphQL answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// With the methods that are.
    #[error("only {0} are served here")]
    Method(&'static str),
    #[error("mutations and subscriptions can't be sent by GET")]
    MethodOfOperation,
    #[error("nothing that the Accept header names can be given")]
    Accept,
    #[error(
        "a subscription needs a WebSocket, or an Accept header that names text/event-stream or multipart/mixed;subscriptionSpec=1.0"
    )]
    StreamNotAccepted,
    #[error("the body has to be application/json in UTF-8")]
    ContentType,
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("a request has at most {0} files")]
    TooManyFiles(usize),
    #[error("the request body can't be read")]
    Body,
    #[error("the request body took too long")]
    BodyTimeout,
    #[error("{0}")]
    Malformed(String),
    #[error("several operations in one request are not served")]
    Batch,
    #[error("a request has at most {0} operations")]
    BatchTooLarge(usize),
    #[error("the body's Content-Encoding has to be gzip, or none")]
    ContentEncoding,
    #[error(
        "a request that another site may have caused needs a header that makes the browser ask first, such as {0}"
    )]
    CrossSite(String),
    #[error("connections from this origin are not served")]
    Origin,
    #[error("{0} is set by the gateway alone")]
    Forged(String),
    #[error(transparent)]
    Unauthenticated(#[from] AuthenticationError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error("Last-Event-ID is not an id of this stream")]
    LastEventId,
    #[error("no event stream is reserved by this token")]
    UnknownStream,
    #[error("this event stream is open already")]
    StreamIsOpen,
    #[error("an operation {0:?} is running on this event stream")]
    DuplicateOperation(String),
    #[error("too many open streams")]
    Overloaded,
    #[error("something went wrong on our side")]
    Internal,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Method(_) | Self::MethodOfOperation => StatusCode::METHOD_NOT_ALLOWED,
            Self::Accept | Self::StreamNotAccepted => StatusCode::NOT_ACCEPTABLE,
            Self::ContentType | Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) | Self::TooManyFiles(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Document(error) if error.is_part_of_the_protocol() => StatusCode::OK,
            Self::Document(_)
            | Self::Body
            | Self::Malformed(_)
            | Self::LastEventId
            | Self::Batch
            | Self::BatchTooLarge(_)
            | Self::Forged(_) => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::UnknownStream => StatusCode::NOT_FOUND,
            Self::StreamIsOpen | Self::DuplicateOperation(_) => StatusCode::CONFLICT,
            Self::CrossSite(_) | Self::Origin => StatusCode::FORBIDDEN,
            Self::Unauthenticated(AuthenticationError::Unavailable) | Self::Overloaded => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Method(_) | Self::MethodOfOperation => "METHOD_NOT_ALLOWED",
            Self::Accept | Self::StreamNotAccepted => "NOT_ACCEPTABLE",
            Self::ContentType | Self::ContentEncoding => "UNSUPPORTED_MEDIA_TYPE",
            Self::TooManyFiles(_) => "UPLOAD_LIMIT_EXCEEDED",
            Self::TooLarge(_) => "PAYLOAD_TOO_LARGE",
            Self::Body | Self::Malformed(_) => "BAD_REQUEST",
            Self::BodyTimeout => "REQUEST_TIMEOUT",
            Self::Batch => "BATCHING_NOT_ALLOWED",
            Self::BatchTooLarge(_) => "BATCH_LIMIT_EXCEEDED",
            Self::CrossSite(_) => "CSRF_PREVENTED",
            Self::Origin => "ORIGIN_NOT_ALLOWED",
            Self::Forged(_) => "FORGED_IDENTITY_HEADER",
            Self::Unauthenticated(AuthenticationError::Unavailable) => "AUTHENTICATION_UNAVAILABLE",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Document(error) => error.code(),
            Self::LastEventId => "LAST_EVENT_ID_INVALID",
            Self::UnknownStream => "STREAM_NOT_FOUND",
            Self::StreamIsOpen => "STREAM_ALREADY_OPEN",
            Self::DuplicateOperation(_) => "OPERATION_ALREADY_RUNNING",
            Self::Overloaded => "OVERLOADED",
            Self::Internal => "INTERNAL",
        }
    }

    /// The errors of the GraphQL response, as JSON.
    pub(super) fn errors(&self) -> serde_json::Value {
        json!([{ "message": self.to_string(), "extensions": { "code": self.code() } }])
    }

    /// Refuses a request that carries a header by which only the gateway speaks.
    pub(super) fn if_forged(client: &HeaderMap) -> Result<(), Self> {
        match headers::forged(client) {
            Some(name) => Err(Self::Forged(format!("header {name}"))),
            None => Ok(()),
        }
    }

    /// Refuses JSON that tries to carry such a header: as a key, or inside an object `headers`.
    pub(super) fn if_forged_in(
        place: &str,
        fields: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Self> {
        let nested = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("headers"));
        let nested = nested.filter_map(|(_, value)| value.as_object()).flat_map(serde_json::Map::keys);
        for name in fields.keys().chain(nested) {
            if headers::IDENTITY_HEADERS.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden)) {
                return Err(Self::Forged(format!("{} in {place}", name.to_ascii_lowercase())));
            }
        }
        Ok(())
    }

    /// The answer. A stream can't carry a refusal, its client gets JSON.
    pub(super) fn into_response_as(self, media: Media) -> Response {
        let media = if media.streams() { Media::Json } else { media };
        let mut response = Response::new(Body::from(json!({ "errors": self.errors() }).to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, media.content_type());
        if let Some((name, value)) = self.header() {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// What the status obliges us to add.
    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::Method(allowed) => Some((header::ALLOW, allowed)),
            Self::MethodOfOperation => Some((header::ALLOW, "POST")),
            Self::ContentEncoding => Some((header::ACCEPT_ENCODING, "gzip")),
            Self::Unauthenticated(AuthenticationError::Unavailable) | Self::Overloaded => {
                Some((header::RETRY_AFTER, "2"))
            }
            Self::Unauthenticated(_) => Some((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")),
            _ => None,
        }
    }
}

/// The answer to a request whose handler panicked. The panic itself was logged by its hook, and is nobody's business.
pub(super) fn of_panic(_panic: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request's handler panicked");
    Refusal::Internal.into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_response_as(Media::Json)
    }
}
