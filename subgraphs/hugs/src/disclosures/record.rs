//! The record of disclosures: which moderator asked who sent which hug, when and why. It doesn't say who that was.

use chrono::{DateTime, Utc};
use ids::{HugId, UserId};
use pagination::{Key, PageRequest, Slice};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store;
use crate::{
    context::{Ctx, Right, RightMissing},
    store::StoreError,
};

/// That a moderator asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(super) id: Uuid,
    pub(crate) hug: HugId,
    pub(crate) moderator: UserId,
    pub(crate) reason: String,
    pub(crate) at: DateTime<Utc>,
}

/// Where an entry stands in the record.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Position(pub(super) Uuid);

impl Key for Position {
    const KIND: &'static str = "hug-disclosure";
}

impl Position {
    pub(crate) fn of(entry: &Entry) -> Self {
        Self(entry.id)
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error(transparent)]
    Right(#[from] RightMissing),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of the record for the viewer, who is a moderator; the newest first. What others asked about the viewer's own hugs
/// isn't in it.
pub(crate) async fn record(ctx: &Ctx, page: &PageRequest<Position>) -> Result<Slice<Entry>, RecordError> {
    let moderator = ctx.require(Right::Moderation)?.user_id;
    Ok(store::page(ctx.db.reader(), moderator, page).await?)
}
