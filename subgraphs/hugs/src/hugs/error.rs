//! Why a hug isn't sent, or doesn't change.

use chrono::TimeDelta;
use idempotency::IdempotencyError;

use crate::{context::ProjectionBehind, store::StoreError, text::MessageTooLong};

#[derive(Debug, thiserror::Error)]
pub(crate) enum HugError {
    #[error(transparent)]
    Unauthenticated(#[from] service::Unauthenticated),
    #[error("there is no such hug")]
    NotFound,
    #[error("you can't hug yourself, sorry")]
    CannotHugSelf,
    #[error("there is no such kind of hug")]
    TypeNotFound,
    #[error(transparent)]
    MessageTooLong(#[from] MessageTooLong),
    /// The recipient is missing, in a blocked pair with the sender, or refuses by policy. Nobody can tell which.
    #[error("this person can't be hugged")]
    NotAllowed,
    #[error("that were many hugs; try again in {} minutes", minutes(*.wait))]
    RateLimited { wait: TimeDelta },
    #[error("you have returned this hug")]
    AlreadyReturned,
    #[error("the hug has been seen already")]
    AlreadySeen,
    #[error("the hug was taken back")]
    Cancelled,
    #[error(transparent)]
    Key(#[from] IdempotencyError),
    #[error(transparent)]
    Behind(#[from] ProjectionBehind),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whole minutes, after which it works.
fn minutes(wait: TimeDelta) -> i64 {
    wait.num_minutes() + 1
}
