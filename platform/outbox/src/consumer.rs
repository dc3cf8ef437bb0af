//! Handling events with one effect each: the inbox.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use bus::{Handler, HandlerError};
use events::Envelope;
use sea_orm::DbErr;
use tokio::time::timeout;

use crate::{Outbox, Work, reach, table};

/// A handler that takes longer has failed: what it waits for may have gone without a word, as a database's machine does
/// that dies.
const LONGEST: Duration = Duration::from_mins(5);

/// What a subgraph does when it learns of something.
#[async_trait]
pub trait EventHandler: Send + Sync {
    /// Works in the transaction that also notes the event as handled, so that both happen or neither does. What it
    /// emits goes out when that commits.
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError>;
}

/// Why an event could not be handled: any error. One that stems from the database being out of reach makes the
/// consumer wait; any other counts against the event.
pub struct ConsumerError(Box<dyn Error + Send + Sync>);

impl ConsumerError {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ConsumerError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for ConsumerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for ConsumerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl From<ConsumerError> for HandlerError {
    fn from(error: ConsumerError) -> Self {
        if reach::out_of_reach(&*error.0) { Self::Unavailable(error.0) } else { Self::Failed(error.0) }
    }
}

/// A handler behind its inbox.
pub(crate) struct Inbox {
    outbox: Outbox,
    group: String,
    handler: Arc<dyn EventHandler>,
}

impl Inbox {
    pub(crate) fn new(outbox: Outbox, group: String, handler: Arc<dyn EventHandler>) -> Self {
        Self { outbox, group, handler }
    }

    async fn begin(&self, event: &Envelope) -> Result<Work, DbErr> {
        Ok(self.outbox.begin(event.actor_id).await?.caused_by(event))
    }

    async fn handle_once(&self, event: &Envelope) -> Result<(), ConsumerError> {
        let mut work = self.begin(event).await?;
        let now = self.outbox.shared.clock.now();
        if !table::note_handled(&*work, &self.group, event.id, now).await? {
            return Ok(work.rollback().await?);
        }
        if let Err(error) = self.handler.handle(&mut work, event).await {
            work.rollback().await?;
            return Err(error);
        }
        Ok(work.commit().await?)
    }

    async fn bury(&self, event: &Envelope, error: &HandlerError) -> Result<(), ConsumerError> {
        let work = self.begin(event).await?;
        let now = self.outbox.shared.clock.now();
        let envelope = serde_json::to_string(event)?;
        // PostgreSQL takes no text with such a character, and the event would never be put aside.
        let error = error.to_string().replace('\0', "\u{fffd}");
        table::note_handled(&*work, &self.group, event.id, now).await?;
        table::bury(&*work, &self.group, event.id, envelope, error, now).await?;
        Ok(work.commit().await?)
    }
}

#[async_trait]
impl Handler for Inbox {
    async fn handle(&self, event: &Envelope) -> Result<(), HandlerError> {
        in_time(self.handle_once(event)).await.map_err(HandlerError::from)
    }

    async fn give_up(&self, event: &Envelope, error: &HandlerError) -> Result<(), HandlerError> {
        in_time(self.bury(event, error)).await.map_err(HandlerError::from)
    }
}

async fn in_time(work: impl Future<Output = Result<(), ConsumerError>>) -> Result<(), ConsumerError> {
    let too_long = |_| Err(ConsumerError::new("it took too long"));
    timeout(LONGEST, work).await.unwrap_or_else(too_long)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_never_ends_has_failed() {
        let failed = in_time(pending()).await.map_err(HandlerError::from);
        assert!(matches!(failed, Err(HandlerError::Failed(_))), "{failed:?}");
        in_time(async {
            tokio::time::sleep(LONGEST / 2).await;
            Ok(())
        })
        .await
        .unwrap();
    }
}
