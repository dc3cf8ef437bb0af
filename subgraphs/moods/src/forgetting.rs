//! What becomes of what is kept of somebody who is gone: nothing.

mod store;

use std::sync::Arc;

use erasure::{Erase, Guarded, Projection};
use events::moods::ErasureCompleted;
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};
use service::Consumer;

pub(crate) use self::store::StoreError;

const GROUP: &str = "moods.erasure";

/// The group that forgets people when `auth` tells that they are gone.
pub(crate) fn consumer() -> Consumer {
    let completed = |user_id, completed_at| ErasureCompleted { user_id, completed_at };
    let handler = Arc::new(Projection::new(Everything, completed));
    Consumer { group: GROUP, subjects: erasure::subjects(), handler }
}

/// A handler to which those who are gone don't come back.
pub(crate) fn guarded<H: EventHandler + 'static>(handler: H) -> Arc<dyn EventHandler> {
    Arc::new(Guarded::new(handler))
}

/// Everything that this subgraph keeps of people. Nobody is told of each mood: who keeps dates of them is told the same by
/// `auth`.
#[derive(Debug, Clone, Copy)]
struct Everything;

#[async_trait::async_trait]
impl Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        store::delete_all_of(&**work, user).await?;
        relationships::forget(&**work, user).await?;
        idempotency::forget(&**work, user).await?;
        exports::forget(&**work, user).await?;
        Ok(())
    }
}
