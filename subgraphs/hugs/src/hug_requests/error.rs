//! Why a request isn't posted, answered or closed.

use chrono::TimeDelta;
use idempotency::IdempotencyError;

use super::model::{LONGEST_DAYS, MAX_TARGETS};
use crate::{context::ProjectionBehind, hugs::HugError, store::StoreError, text::MessageTooLong};

#[derive(Debug, thiserror::Error)]
pub(crate) enum HugRequestError {
    #[error("there is no such request")]
    NotFound,
    #[error("a private request names from 1 to {MAX_TARGETS} people")]
    TargetCount,
    #[error("only a private request names people")]
    TargetsNotPrivate,
    /// The target is missing, the requester themself, in a blocked pair with them, or refuses by policy.
    #[error("this person can't be asked")]
    TargetNotAllowed { index: usize },
    #[error("a request ends in the future, within {LONGEST_DAYS} days")]
    ExpiryOutOfRange,
    #[error("that were many requests; try again within the hour")]
    TooManyRequests { wait: TimeDelta },
    #[error("the request doesn't name you")]
    NotTargeted,
    #[error("you have answered this request")]
    AlreadyAnswered,
    #[error("the request was closed")]
    Closed,
    #[error("the request has expired")]
    Expired,
    /// Its requester would rather not have hugs of this person.
    #[error("this person can't be hugged")]
    NotAllowed,
    /// The hug that answers is refused.
    #[error(transparent)]
    Hug(#[from] HugError),
}

macro_rules! by_way_of_hug {
    ($($error:ty),+) => {$(
        impl From<$error> for HugRequestError {
            fn from(error: $error) -> Self {
                Self::Hug(error.into())
            }
        }
    )+};
}

by_way_of_hug!(service::Unauthenticated, MessageTooLong, IdempotencyError, ProjectionBehind, StoreError);
