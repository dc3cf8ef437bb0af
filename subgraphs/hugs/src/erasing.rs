//! What becomes of what is kept of somebody who is gone: nothing.

use ids::UserId;
use outbox::{ConsumerError, Work};

use crate::{
    consents, disclosures, group_hugs, hug_requests, hugs,
    live::{self, Topic},
    people,
};

/// How many hugs are erased with one statement.
const SLICE: u64 = 500;

/// Everything that this subgraph keeps of people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

#[async_trait::async_trait]
impl erasure::Erase for Everything {
    async fn erase(&self, work: &Work, user: UserId) -> Result<(), ConsumerError> {
        group_hugs::erase(work, user).await?;
        loop {
            let erased = hugs::forget(&**work, user, SLICE).await?;
            if erased.is_empty() {
                break;
            }
            disclosures::forget(&**work, &erased).await?;
        }
        hug_requests::forget(&**work, user).await?;
        consents::forget(&**work, user).await?;
        live::forget(&**work, Topic::Person(user)).await?;
        people::store::forget(&**work, user).await?;
        relationships::forget(&**work, user).await?;
        idempotency::forget(&**work, user).await?;
        exports::forget(&**work, user).await?;
        Ok(())
    }
}
