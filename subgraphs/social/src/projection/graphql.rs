//! A projection that is behind, as clients are told of it.

use async_graphql::Error;
use graphql::Failure;

use super::ProjectionError;

impl ProjectionError {
    pub(crate) fn into_failure(self) -> Error {
        match self {
            Self::Behind => Failure::UpstreamUnavailable.error(self),
            Self::Database(error) => Failure::internal(error),
        }
    }
}
