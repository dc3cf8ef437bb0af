//! A transaction in which things change, and in the same transaction are told.

use std::{
    ops::Deref,
    sync::atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use events::{Envelope, Event};
use ids::{EventId, UserId};
use sea_orm::{DatabaseTransaction, DbErr};

use crate::{DeadLetter, Outbox, table};

/// An event this long is a mistake: events carry facts, not content, and a bus has a limit of its own (NATS: 1 MiB).
const LONGEST_EVENT_BYTES: usize = 256 * 1024;
/// Each has eleven values, and SQLite takes 32,766 a statement.
const EVENTS_A_STATEMENT: usize = 500;

/// A transaction that can tell events. Dropping it undoes everything, events included.
#[derive(Debug)]
pub struct Work {
    outbox: Outbox,
    transaction: DatabaseTransaction,
    actor: Option<UserId>,
    traceparent: Option<String>,
    emitted: AtomicBool,
    /// A consumer never waits for the relay: in memory, the relay is waiting for the consumer.
    waits_for_relay: bool,
}

impl Work {
    pub(crate) fn new(outbox: Outbox, transaction: DatabaseTransaction, actor: Option<UserId>) -> Self {
        Self {
            outbox,
            transaction,
            actor,
            traceparent: telemetry::traceparent(),
            emitted: AtomicBool::new(false),
            waits_for_relay: true,
        }
    }

    /// The transaction of an event's effect: what it tells is told on behalf of the same person, in the same trace.
    pub(crate) fn caused_by(mut self, event: &Envelope) -> Self {
        self.actor = event.actor_id;
        self.traceparent.clone_from(&event.traceparent);
        self.waits_for_relay = false;
        self
    }

    /// Names the W3C trace that events told from here on belong to.
    pub fn trace(&mut self, traceparent: Option<String>) {
        self.traceparent = traceparent;
    }

    /// What the clock of the outbox says.
    pub fn now(&self) -> DateTime<Utc> {
        self.outbox.shared.clock.now()
    }

    /// The dead letters in whose envelope `text` stands, oldest first.
    pub async fn dead_letters_naming(&self, text: &str) -> Result<Vec<DeadLetter>, DbErr> {
        table::dead_letters_naming(&self.transaction, text).await
    }

    /// Removes a dead letter for good; false when there was none.
    pub async fn remove_dead_letter(&self, id: i64) -> Result<bool, DbErr> {
        table::unbury(&self.transaction, id).await
    }

    /// Tells an event, if the transaction commits. Tell it after changing the row it is about: the lock on that row
    /// is what gives events of one aggregate their order.
    pub async fn emit<E: Event>(&self, event: &E) -> Result<(), DbErr> {
        self.emit_all(std::slice::from_ref(event)).await
    }

    /// Tells events in their order, as [`emit`](Self::emit) does, hundreds of them with one statement.
    pub async fn emit_all<E: Event>(&self, events: &[E]) -> Result<(), DbErr> {
        for events in events.chunks(EVENTS_A_STATEMENT) {
            let rows = events.iter().map(|event| self.row(event)).collect::<Result<Vec<_>, _>>()?;
            table::append(&self.transaction, rows).await?;
            self.emitted.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn row<E: Event>(&self, event: &E) -> Result<table::NewEvent, DbErr> {
        let shared = &self.outbox.shared;
        if E::PRODUCER != shared.producer {
            let mistake = format!("{} tells no {}.{}", shared.producer, E::PRODUCER, E::TYPE);
            return Err(DbErr::Custom(mistake));
        }
        let now = shared.clock.now();
        let data = serde_json::to_string(event).map_err(|error| DbErr::Json(error.to_string()))?;
        if data.len() > LONGEST_EVENT_BYTES {
            return Err(DbErr::Custom(format!("a {} of {} bytes is too long", E::TYPE, data.len())));
        }
        Ok(table::NewEvent {
            id: EventId::at(now),
            producer: E::PRODUCER,
            kind: E::TYPE,
            version: E::VERSION,
            occurred_at: now,
            aggregate_id: event.aggregate_id(),
            actor_id: self.actor,
            traceparent: self.traceparent.clone(),
            data,
        })
    }

    /// Commits, and waits for up to a quarter of a second until what was told is with the bus: a client's next
    /// request then finds projections that `caught_up` can vouch for. Trouble with the bus never fails a commit.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.transaction.commit().await?;
        if self.emitted.load(Ordering::Acquire) {
            let ticket = self.outbox.announce_commit();
            if self.waits_for_relay {
                self.outbox.wait_for_relay(ticket).await;
            }
        }
        Ok(())
    }

    /// Undoes everything, and returns when that is done.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.transaction.rollback().await
    }
}

impl Deref for Work {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}
