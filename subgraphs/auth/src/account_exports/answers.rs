//! Hearing from the other services that their parts can be read.

use std::sync::Arc;

use erasure::Guarded;
use events::{Envelope, Event as _, hugs, moods, social, streaks, users};
use exports::Part;
use outbox::{ConsumerError, EventHandler, Work};
use service::Consumer;

use crate::account_exports::store;

const GROUP: &str = "auth.exports";

/// The group that hears the answers.
pub(crate) fn consumer() -> Consumer {
    let subjects = vec![
        users::ExportCompleted::subject(),
        moods::ExportCompleted::subject(),
        hugs::ExportCompleted::subject(),
        social::ExportCompleted::subject(),
        streaks::ExportCompleted::subject(),
    ];
    Consumer { group: GROUP, subjects, handler: Arc::new(Guarded::new(Answers)) }
}

/// Notes which parts there are.
#[derive(Debug, Clone, Copy)]
struct Answers;

#[async_trait::async_trait]
impl EventHandler for Answers {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        if let Some(part) = completed_elsewhere(event) {
            store::note(&**work, &event.producer, part?).await?;
        }
        Ok(())
    }
}

/// The part that the producer has.
fn completed_elsewhere(event: &Envelope) -> Option<Result<Part, serde_json::Error>> {
    /// Reads the event as the `ExportCompleted` of one of these producers.
    macro_rules! read {
        ($($producer:ident)+) => {
            None$(.or_else(|| {
                let read = event.read::<$producer::ExportCompleted>()?;
                Some(read.map(|$producer::ExportCompleted { export_id, user_id, entries, completed_at }| {
                    Part { export_id, user_id, entries, completed_at }
                }))
            }))+
        };
    }
    read!(users moods hugs social streaks)
}
