//! Throttles of what can be tried by whoever is not who they say they are: every attempt counts, whatever comes of it.

use crate::{context::Ctx, store::StoreError};

pub(crate) use ::throttle::{Policy, TooMany, forgive, tidy};

/// Counts one attempt for `key`, in a transaction of its own: `Ok(Err(TooMany))` when it is one too many, which doesn't count.
pub(crate) async fn attempt(ctx: &Ctx, policy: Policy, key: &str) -> Result<Result<(), TooMany>, StoreError> {
    let transaction = ctx.db.begin().await?;
    let outcome = ::throttle::attempt(&transaction, policy, key, ctx.now()).await?;
    transaction.commit().await?;
    Ok(outcome)
}
