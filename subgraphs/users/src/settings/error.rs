//! Why settings stay as they are.

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum UpdateSettingsError {
    #[error("`{0}` is not the IANA name of a time zone, such as Europe/Berlin")]
    UnknownTimeZone(String),
    #[error("a day starts at an hour from 0 to 23")]
    DayStartHour,
    #[error("log in first")]
    Unauthenticated,
    #[error("there is no such profile")]
    Missing,
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl From<service::Unauthenticated> for UpdateSettingsError {
    fn from(_: service::Unauthenticated) -> Self {
        Self::Unauthenticated
    }
}
