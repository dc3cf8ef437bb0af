//! Carrying committed events to the bus, in order, at least once.
//!
//! What is to be relayed is every row that has not been, never «every row after the last one seen»: a
//! transaction that took its position early may commit late.

use std::{sync::atomic::Ordering, time::Duration};

use bus::BusError;
use chrono::TimeDelta;
use events::Envelope;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Outbox, table};

const BATCH: u64 = 100;
/// How often the relay looks without having been woken: for what another process left behind.
const POLL: Duration = Duration::from_secs(1);
/// How long a cancelled relay goes on with what is there.
const GRACE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// So many rows of a table go in one transaction: on SQLite nobody else writes meanwhile.
const PRUNE_AT_ONCE: u64 = 1_000;
/// Longer than a batch can take, each of whose events the bus may think about for five seconds.
const LONGEST_TURN: &str = "10min";
/// Longer than another's turn and one's own: a database's machine that dies doesn't say so.
const LONGEST_PASS: Duration = Duration::from_mins(21);
/// Relayed rows are kept for looking at.
const KEEP_RELAYED: TimeDelta = TimeDelta::days(7);
/// Far beyond what a bus keeps, and beyond the longest time that a relay can be expected to have been down between
/// publishing an event and marking it: after this an event that comes again would have its effect again.
const KEEP_HANDLED: TimeDelta = TimeDelta::days(30);

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("the database doesn't answer")]
    Stuck,
}

pub(crate) async fn run(outbox: &Outbox, cancel: &CancellationToken) {
    let grace = async {
        cancel.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = relay(outbox, cancel) => {}
        () = grace => tracing::warn!(producer = outbox.shared.producer, "the relay stops with events unrelayed"),
    }
    outbox.shared.signals.relays_running.fetch_sub(1, Ordering::AcqRel);
}

/// Relays until cancelled and nothing is left.
async fn relay(outbox: &Outbox, cancel: &CancellationToken) {
    let signals = &outbox.shared.signals;
    let mut failures = 0;
    let mut pruned_at = None;
    loop {
        let last = cancel.is_cancelled();
        let committed = signals.committed.load(Ordering::Acquire);
        match drain(outbox).await {
            Ok(()) => {
                if std::mem::take(&mut failures) > 0 {
                    tracing::info!(producer = outbox.shared.producer, "the relay is back");
                }
                signals.failing.store(false, Ordering::Release);
                signals.relayed.send_replace(committed);
                if last {
                    return;
                }
                prune_now_and_then(outbox, &mut pruned_at).await;
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = signals.wake.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
            Err(error) => {
                failures += 1;
                signals.failing.store(true, Ordering::Release);
                tracing::warn!(producer = outbox.shared.producer, failures, %error, "the relay failed");
                if last {
                    return;
                }
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = tokio::time::sleep(pause(failures)) => {}
                }
            }
        }
    }
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_PAUSE)
}

async fn drain(outbox: &Outbox) -> Result<(), RelayError> {
    while pass(outbox).await? == BATCH {}
    Ok(())
}

/// Relays one batch, and says how many events were in it.
async fn pass(outbox: &Outbox) -> Result<u64, RelayError> {
    if outbox.shared.database.is_sqlite() {
        pass_of_one_process(outbox).await
    } else {
        timeout(LONGEST_PASS, pass_in_turn(outbox)).await.unwrap_or(Err(RelayError::Stuck))
    }
}

/// SQLite: no transaction is open while the bus is at work, since there is only one writer and consumers need it.
async fn pass_of_one_process(outbox: &Outbox) -> Result<u64, RelayError> {
    let _turn = outbox.shared.signals.turn.lock().await;
    let batch = table::unrelayed(outbox.shared.database.reader(), BATCH).await?;
    if batch.is_empty() {
        return Ok(0);
    }
    outbox.shared.bus.publish(&batch).await?;
    let transaction = outbox.shared.database.begin().await?;
    table::mark_relayed(&transaction, &positions(&batch), outbox.shared.clock.now()).await?;
    transaction.commit().await?;
    Ok(batch.len() as u64)
}

/// PostgreSQL: of several processes on one database one relays at a time, or they would break the order. The turn of one
/// whose machine has died, and whose connection nobody closes, ends by itself.
async fn pass_in_turn(outbox: &Outbox) -> Result<u64, RelayError> {
    let transaction = outbox.shared.database.begin().await?;
    let turn =
        "SELECT set_config('idle_in_transaction_session_timeout', $1, true), pg_advisory_xact_lock($2)";
    let values = [LONGEST_TURN.into(), lock_key(&outbox.shared.producer).into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, turn, values);
    transaction.execute_raw(statement).await?;
    let batch = table::unrelayed(&transaction, BATCH).await?;
    if !batch.is_empty() {
        outbox.shared.bus.publish(&batch).await?;
        table::mark_relayed(&transaction, &positions(&batch), outbox.shared.clock.now()).await?;
    }
    transaction.commit().await?;
    Ok(batch.len() as u64)
}

/// An event's number is its position.
fn positions(batch: &[Envelope]) -> Vec<i64> {
    batch.iter().map(|event| event.seq).collect()
}

/// FNV-1a of the producer's name: subgraphs that share a database as schemas don't wait for each other.
fn lock_key(producer: &str) -> i64 {
    let hash = format!("outbox of {producer}").bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}

async fn prune_now_and_then(outbox: &Outbox, pruned_at: &mut Option<Instant>) {
    if pruned_at.is_some_and(|at| at.elapsed() < PRUNE_EVERY) {
        return;
    }
    *pruned_at = Some(Instant::now());
    if let Err(error) = prune(outbox).await {
        tracing::warn!(producer = outbox.shared.producer, %error, "old events could not be pruned");
    }
}

pub(crate) async fn prune(outbox: &Outbox) -> Result<(), DbErr> {
    let now = outbox.shared.clock.now();
    loop {
        let transaction = outbox.shared.database.begin().await?;
        let (relayed_before, handled_before) = (now - KEEP_RELAYED, now - KEEP_HANDLED);
        let is_more = table::prune(&transaction, relayed_before, handled_before, PRUNE_AT_ONCE).await?;
        transaction.commit().await?;
        if !is_more {
            return Ok(());
        }
    }
}
