//! Hears from the bus whose sessions have ended and whose rights have changed, and acts on it.

mod config;

use std::{sync::Arc, time::Duration};

use bus::{Bus, BusError, Envelope, Recent, Signal};
use chrono::{DateTime, TimeDelta, Utc};
use clock::SharedClock;
use futures::StreamExt;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

pub use config::{RevocationConsequence, RevocationEvent, RevocationsConfig};

use crate::authenticate::Revocations;

const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long a start waits for what was revoked before it. A bus that is down is no reason not to serve.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(3);

/// Listens until the handle is dropped. Returns once what was told before is known too.
pub async fn follow(
    bus: Arc<dyn Bus>,
    config: RevocationsConfig,
    revocations: Revocations,
    clock: SharedClock,
) -> AbortOnDropHandle<()> {
    let (ready, caught_up) = oneshot::channel();
    let subjects = config.subjects();
    let feed = Feed { bus, subjects, config, revocations, clock, acted_on: Recent::default() };
    let task = AbortOnDropHandle::new(tokio::spawn(feed.run(ready)));
    if tokio::time::timeout(CATCH_UP_WITHIN, caught_up).await.is_err() {
        tracing::warn!("earlier revocations are not known yet, serving begins without them");
    }
    task
}

struct Feed {
    bus: Arc<dyn Bus>,
    subjects: Vec<String>,
    config: RevocationsConfig,
    revocations: Revocations,
    clock: SharedClock,
    /// What was acted on already: history holds it again.
    acted_on: Recent,
}

impl Feed {
    async fn run(mut self, ready: oneshot::Sender<()>) {
        let mut ready = Some(ready);
        loop {
            match self.bus.listen(&self.subjects).await {
                Ok(mut signals) => {
                    self.catch_up().await;
                    if let Some(ready) = ready.take() {
                        // Nobody waits any more when it took long.
                        let _ = ready.send(());
                    }
                    while let Some(signal) = signals.next().await {
                        match signal {
                            Signal::Event(event) => self.act_on(&event),
                            Signal::Gap => self.catch_up().await,
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "revocations can't be heard"),
            }
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    /// Reads what may have been missed. Until that works, what is heard meanwhile waits.
    async fn catch_up(&mut self) {
        let mut warned = false;
        while let Err(error) = self.read_history().await {
            if !warned {
                tracing::warn!(%error, "some revocations may have been missed, trying until they can be read");
                warned = true;
            }
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    async fn read_history(&mut self) -> Result<(), BusError> {
        let since = self.clock.now() - self.config.memory();
        for event in self.bus.history(&self.subjects, since).await? {
            self.act_on(&event);
        }
        Ok(())
    }

    fn act_on(&mut self, event: &Envelope) {
        if !self.acted_on.insert(event.id) {
            return;
        }
        let subject = event.subject();
        for rule in self.config.events.iter().filter(|rule| rule.subject == subject) {
            if !act(rule, event, &self.revocations, self.config.memory()) {
                tracing::warn!(subject, "an event doesn't say whom it is about");
            }
        }
    }
}

/// `false` when the event doesn't say whom it is about.
fn act(rule: &RevocationEvent, event: &Envelope, revocations: &Revocations, memory: TimeDelta) -> bool {
    let Some(whom) = text(event, &rule.field) else { return false };
    let until = rule.until_field.as_deref().and_then(|field| text(event, field)?.parse().ok());
    let until: DateTime<Utc> = until.unwrap_or(event.occurred_at + memory);
    match rule.consequence {
        RevocationConsequence::SessionEnds => revocations.revoke(whom, until),
        RevocationConsequence::StreamsEnd => revocations.end_streams(whom),
        RevocationConsequence::TokensEnd => revocations.outdate(whom, event.occurred_at, until),
    }
    true
}

fn text<'event>(event: &'event Envelope, field: &str) -> Option<&'event str> {
    event.data.get(field).and_then(Value::as_str)
}
