//! Why a group hug isn't made, joined or changed.

use chrono::TimeDelta;
use idempotency::IdempotencyError;

use super::model::{FARTHEST_DAYS, LARGEST, LONGEST_HOURS, MAX_INVITEES, SMALLEST};
use crate::{context::ProjectionBehind, hugs::HugError, store::StoreError, text::MessageTooLong};

#[derive(Debug, thiserror::Error)]
pub(crate) enum GroupHugError {
    #[error("there is no such group hug")]
    NotFound,
    #[error("from {SMALLEST} to {LARGEST} people take part in a group hug")]
    CapacityOutOfRange,
    #[error("a group hug opens now, or within {FARTHEST_DAYS} days")]
    OpeningOutOfRange,
    #[error("a group hug ends after its opening, within {LONGEST_HOURS} hours")]
    ExpiryOutOfRange,
    #[error("up to {MAX_INVITEES} people are invited to a group hug")]
    TooManyInvitees,
    /// The person is missing, the host themself, in a blocked pair with them, or refuses by policy.
    #[error("this person can't be invited")]
    InviteeNotAllowed { index: usize },
    #[error("that were many group hugs; try again within the hour")]
    TooManyGroupHugs { wait: TimeDelta },
    #[error("the group hug is full")]
    Full,
    #[error("the group hug isn't open yet")]
    NotOpen,
    #[error("the group hug is over")]
    Ended,
    #[error("only the host does that")]
    NotHost,
    #[error("one person alone is no group")]
    TooFew,
    #[error("the group hug hasn't begun")]
    NotStarted,
    /// What is refused to hugs, too.
    #[error(transparent)]
    Hug(#[from] HugError),
}

macro_rules! by_way_of_hug {
    ($($error:ty),+) => {$(
        impl From<$error> for GroupHugError {
            fn from(error: $error) -> Self {
                Self::Hug(error.into())
            }
        }
    )+};
}

by_way_of_hug!(service::Unauthenticated, MessageTooLong, IdempotencyError, ProjectionBehind, StoreError);
