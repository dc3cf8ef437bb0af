//! Top-level errors: their codes, and the masking of what a client must not read.

use std::fmt::{Debug, Display};

use async_graphql::{Error, ErrorExtensions, ID};

/// Why a request could not be answered, apart from refusals that a payload carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Unauthenticated,
    Forbidden,
    BadUserInput,
    NotFound,
    UpstreamUnavailable,
    Internal,
}

impl Failure {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// An error with this code and a message for the client.
    pub fn error(self, message: impl Display) -> Error {
        Error::new(message.to_string()).extend_with(|_, extensions| extensions.set("code", self.code()))
    }

    pub fn unauthenticated() -> Error {
        Self::Unauthenticated.error("log in first")
    }

    /// An error whose cause is for the log and not for the client.
    pub fn internal(cause: impl Debug) -> Error {
        tracing::error!(?cause, "a request failed");
        Self::Internal.error("something went wrong on our side")
    }
}

/// Reads a typed id that a client gave; a text that is no such id is the client's mistake.
pub fn parse_id<T>(id: &ID) -> Result<T, Error>
where
    T: for<'a> TryFrom<&'a ID, Error = ids::IdError>,
{
    T::try_from(id).map_err(|error| Failure::BadUserInput.error(error))
}
