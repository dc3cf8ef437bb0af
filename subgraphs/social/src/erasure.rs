//! Forgetting somebody who is gone: their rows, what they shared with all reactions to it, and what others shared of hugs
//! with them. The moderators' log stays: it names people by ids that nobody has any more.

mod store;

use std::sync::Arc;

use async_trait::async_trait;
use erasure::{Erase, Guarded, Projection};
use events::social::ErasureCompleted;
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};
use service::Consumer;

use crate::{limits, posts, reactions, store::StoreError};

const GROUP: &str = "social.erasure";

/// How many moments go with one statement.
const SLICE: usize = 100;

pub(crate) fn consumer() -> Consumer {
    let completed = |user_id, completed_at| ErasureCompleted { user_id, completed_at };
    let handler = Arc::new(Projection::new(Everything, completed));
    Consumer { group: GROUP, subjects: erasure::subjects(), handler }
}

/// A handler to which those who are gone don't come back.
pub(crate) fn guarded<H: EventHandler + 'static>(handler: H) -> Arc<dyn EventHandler> {
    Arc::new(Guarded::new(handler))
}

/// Whether somebody of `people` is gone; if not, they are there until the transaction ends. To be asked before it writes.
pub(crate) async fn any_gone(work: &Work, people: &[UserId]) -> Result<bool, StoreError> {
    erasure::any_erased(work, people).await
}

struct Everything;

#[async_trait]
impl Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        let now = work.now();
        posts::remove_all_of(work, user, now).await?;
        for moments in store::moments_that_go(&**work, user).await?.chunks(SLICE) {
            // They first: whoever is just making something of one holds it, and what that is, is there once they let go.
            store::delete_moments(&**work, moments).await?;
            reactions::forget(&**work, moments).await?;
            posts::remove_shared(work, moments, now).await?;
        }
        store::delete_rows(&**work, user).await?;
        idempotency::forget(&**work, user).await?;
        exports::forget(&**work, user).await?;
        limits::forget(&**work, user).await?;
        Ok(())
    }
}
