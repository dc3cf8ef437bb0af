//! Why a post isn't made, changed or taken back.

use idempotency::IdempotencyError;
use service::Unauthenticated;
use throttle::TooMany;

use super::model::TextTooLong;
use crate::{projection::ProjectionError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("a post shares exactly one thing")]
    NotOneThing,
    #[error(transparent)]
    Text(#[from] TextTooLong),
    #[error("the author has no such mood")]
    MoodMissing,
    #[error("the author has no such hug")]
    HugMissing,
    #[error("the author has no such streak")]
    StreakMissing,
    #[error("the author has no such badge")]
    BadgeMissing,
    /// The other one would learn who the author is.
    #[error("an anonymous hug, or one that returns it, isn't shared by who sent the anonymous one")]
    Anonymous,
    #[error("a post is not shown to more people than what it shares")]
    TooWide,
    #[error("the viewer has no such post")]
    Missing,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Database(#[from] StoreError),
}
