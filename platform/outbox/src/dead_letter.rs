//! Events that a consumer gave up on: kept, looked at, and handled after all once the cause is mended.

use std::panic::AssertUnwindSafe;

use events::Envelope;
use futures::FutureExt as _;
use sea_orm::DbErr;

use crate::{ConsumerError, Outbox, table};

/// An event that failed too often, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    pub id: i64,
    /// The group that could not handle it.
    pub group: String,
    pub event: Envelope,
    pub error: String,
    pub failed_at: clock::DateTime<clock::Utc>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("there is no such dead letter")]
    Missing,
    #[error("nobody here handles the events of {0}")]
    NoHandler(String),
    #[error("it failed again: {0}")]
    Failed(String),
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Outbox {
    /// The dead letters, oldest first.
    pub async fn dead_letters(&self, limit: u64) -> Result<Vec<DeadLetter>, DbErr> {
        table::dead_letters(self.shared.database.reader(), limit).await
    }

    /// The dead letter of this id.
    pub async fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, DbErr> {
        table::dead_letter(self.shared.database.reader(), id).await
    }

    /// The ids of all of them, oldest first.
    pub async fn dead_letter_ids(&self) -> Result<Vec<i64>, DbErr> {
        table::dead_letter_ids(self.shared.database.reader()).await
    }

    /// Handles a dead letter in this process, out of its order, and removes it; both happen or neither does.
    pub async fn replay(&self, id: i64) -> Result<(), ReplayError> {
        let letter = self.dead_letter(id).await?.ok_or(ReplayError::Missing)?;
        let handler = self
            .shared
            .handlers
            .get(&letter.group)
            .ok_or_else(|| ReplayError::NoHandler(letter.group.clone()))?;
        let mut work = self.begin(None).await?.caused_by(&letter.event);
        // Removed first: a second replay at the same time finds nothing to remove.
        if !table::unbury(&*work, id).await? {
            work.rollback().await?;
            return Err(ReplayError::Missing);
        }
        // A handler that panics has failed, and those that are replayed after it have their turn.
        let handling = AssertUnwindSafe(handler.handle(&mut work, &letter.event)).catch_unwind().await;
        let handled = handling.unwrap_or_else(|_| Err(ConsumerError::new("the handler panicked")));
        if let Err(error) = handled {
            work.rollback().await?;
            return Err(failed(&error));
        }
        Ok(work.commit().await?)
    }
}

fn failed(error: &ConsumerError) -> ReplayError {
    ReplayError::Failed(error.to_string())
}
