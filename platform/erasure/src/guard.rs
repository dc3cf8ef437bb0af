//! Keeping late events from bringing anybody back.

use std::collections::BTreeSet;

use async_trait::async_trait;
use events::Envelope;
use outbox::{ConsumerError, EventHandler, Work};

use crate::{
    people::{self, People},
    store,
};

/// A handler that hears nothing of those who are gone: events about them are passed over, and lists don't have them.
///
/// The question holds for the whole transaction: who is being erased at the same time is erased after it, with what it
/// wrote, or before it.
#[derive(Debug, Clone)]
pub struct Guarded<H>(H);

impl<H: EventHandler> Guarded<H> {
    pub fn new(handler: H) -> Self {
        Self(handler)
    }
}

#[async_trait]
impl<H: EventHandler> EventHandler for Guarded<H> {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let named = People::named_in(&event.data);
        let gone = store::erased_among(work, &named.everybody()).await?;
        if gone.is_empty() {
            return self.0.handle(work, event).await;
        }
        if !named.alone.is_disjoint(&gone) {
            tracing::debug!(event = %event.id, subject = event.subject(), "an event about somebody erased is passed over");
            return Ok(());
        }
        self.0.handle(work, &without(event, &gone)).await
    }
}

fn without(event: &Envelope, gone: &BTreeSet<ids::UserId>) -> Envelope {
    let mut event = event.clone();
    people::leave_out(&mut event.data, gone);
    event.actor_id = event.actor_id.filter(|actor| !gone.contains(actor));
    event
}
