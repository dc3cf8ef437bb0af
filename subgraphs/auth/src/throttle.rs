//! Throttles: how often something may be tried.
//!
//! A leaky bucket in its virtual-scheduling form (GCRA; ITU-T I.371, annex A): of each key only the instant is kept at
//! which its bucket is empty again. It always empties by itself, so that nobody can lock anybody out for good.

mod store;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    context::Ctx,
    digest,
    store::{Connection, StoreError},
};

/// How much is let through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    /// What the throttle is for; keys of different throttles never meet.
    pub(crate) name: &'static str,
    /// As many as come at once.
    pub(crate) burst: i32,
    /// After that, one in this time.
    pub(crate) one_in: TimeDelta,
}

/// It was tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in a moment")]
pub(crate) struct TooMany;

/// Counts one attempt for `key`: `Ok(Err(TooMany))` when it is one too many, which doesn't count.
pub(crate) async fn attempt(ctx: &Ctx, policy: Policy, key: &str) -> Result<Result<(), TooMany>, StoreError> {
    let now = ctx.now().timestamp_millis();
    let step = policy.one_in.num_milliseconds();
    let latest = now + step * i64::from(policy.burst);
    let transaction = ctx.db.begin().await?;
    let allowed = store::pour(&transaction, &stored(policy, key), now, step, latest).await?;
    transaction.commit().await?;
    Ok(if allowed { Ok(()) } else { Err(TooMany) })
}

/// Forgets all attempts for `key`.
pub(crate) async fn forgive(
    connection: &impl Connection,
    policy: Policy,
    key: &str,
) -> Result<(), StoreError> {
    store::remove(connection, &stored(policy, key)).await
}

/// Removes what no longer holds anybody up.
pub(crate) async fn tidy(connection: &impl Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    store::remove_empty(connection, now.timestamp_millis()).await
}

/// Keys may hold addresses of people who have no account here: only a digest is kept.
fn stored(policy: Policy, key: &str) -> String {
    let digest = digest::sha256(&[policy.name.as_bytes(), b"\0", key.as_bytes()]);
    format!("{}:{}", policy.name, digest::to_text(&digest))
}
