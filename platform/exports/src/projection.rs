//! Hearing that somebody wants to take along what is kept of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::{Envelope, Event, auth::ExportRequested};
use ids::{ExportId, UserId};
use outbox::{ConsumerError, EventHandler, Work};

use crate::{
    Contribute,
    store::{self, StoreError},
};

/// What a subgraph's group `<subgraph>.exports` listens to.
pub fn subjects() -> Vec<String> {
    vec![ExportRequested::subject()]
}

/// A subgraph's part of an export, which can be read from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How many lines it has, as of now.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}

/// Has a subgraph let people read their exports: permit, count and the subgraph's own `ExportCompleted` in one transaction.
#[derive(Debug)]
pub struct Projection<C, T> {
    contribution: C,
    completed: T,
}

impl<C, T, Completed> Projection<C, T>
where
    C: Contribute,
    T: Fn(Part) -> Completed + Send + Sync,
    Completed: Event,
{
    /// `completed` makes the subgraph's own `ExportCompleted`.
    pub fn new(contribution: C, completed: T) -> Self {
        Self { contribution, completed }
    }
}

#[async_trait]
impl<C, T, Completed> EventHandler for Projection<C, T>
where
    C: Contribute,
    T: Fn(Part) -> Completed + Send + Sync,
    Completed: Event,
{
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(requested) = event.read::<ExportRequested>() else {
            return Ok(());
        };
        if let Some(part) = prepare(work, &self.contribution, &requested?).await? {
            work.emit(&(self.completed)(part)).await?;
        }
        Ok(())
    }
}

/// Lets the person read their part until the time is over, and counts what it has; none when the time is over already.
pub async fn prepare(
    work: &Work,
    contribution: &dyn Contribute,
    requested: &ExportRequested,
) -> Result<Option<Part>, StoreError> {
    let ExportRequested { export_id, user_id, expires_at, .. } = *requested;
    let now = work.now();
    store::forget_expired(&**work, now).await?;
    if expires_at <= now {
        return Ok(None);
    }
    store::permit(&**work, requested).await?;
    let mut entries = 0;
    for table in contribution.tables() {
        let condition = contribution.condition(table, user_id);
        entries += store::count(&**work, table, user_id, condition).await?;
    }
    Ok(Some(Part { export_id, user_id, entries, completed_at: now }))
}
