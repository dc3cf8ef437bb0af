//! Forgetting somebody when `auth` tells that they are gone.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use events::{Envelope, Event, auth::UserErased};
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};

use crate::{people::People, store};

/// What a subgraph's group `<subgraph>.erasure` listens to.
pub fn subjects() -> Vec<String> {
    vec![UserErased::subject()]
}

/// What a subgraph does to forget somebody.
#[async_trait]
pub trait Erase: Send + Sync {
    /// Deletes what the subgraph keeps of `user`, or takes `user` out of what it keeps of others, and tells whoever has
    /// to know. It may be called for somebody of whom the subgraph has never heard.
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError>;
}

/// Has a subgraph forget those who are gone: tombstone, erasure and the subgraph's own `ErasureCompleted` in one
/// transaction.
#[derive(Debug)]
pub struct Projection<E, C> {
    erase: E,
    completed: C,
}

impl<E, C, Completed> Projection<E, C>
where
    E: Erase,
    C: Fn(UserId, DateTime<Utc>) -> Completed + Send + Sync,
    Completed: Event,
{
    /// `completed` makes the subgraph's own `ErasureCompleted`.
    pub fn new(erase: E, completed: C) -> Self {
        Self { erase, completed }
    }
}

#[async_trait]
impl<E, C, Completed> EventHandler for Projection<E, C>
where
    E: Erase,
    C: Fn(UserId, DateTime<Utc>) -> Completed + Send + Sync,
    Completed: Event,
{
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(erased) = event.read::<UserErased>() else {
            return Ok(());
        };
        let UserErased { user_id, erased_at } = erased?;
        // Before anything else: from here on no guarded handler works on events about them.
        store::mark_erased(work, user_id, erased_at).await?;
        self.erase.erase(work, user_id).await?;
        forget_dead_letters(work, user_id).await?;
        work.emit(&(self.completed)(user_id, work.now())).await?;
        Ok(())
    }
}

/// Those that only list the person are of use to others.
async fn forget_dead_letters(work: &Work, user: UserId) -> Result<(), ConsumerError> {
    for letter in work.dead_letters_naming(&user.to_string()).await? {
        if People::named_in(&letter.event.data).alone.contains(&user) {
            work.remove_dead_letter(letter.id).await?;
        }
    }
    Ok(())
}
