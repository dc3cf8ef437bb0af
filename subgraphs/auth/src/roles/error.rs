//! Why roles stay as they are.

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SetRolesError {
    #[error("log in first")]
    Unauthenticated,
    #[error("only admins decide who has which role")]
    Forbidden,
    #[error("there is nobody with this id")]
    Missing,
    #[error("somebody has to be an admin: make somebody else one first")]
    LastAdmin,
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for SetRolesError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
