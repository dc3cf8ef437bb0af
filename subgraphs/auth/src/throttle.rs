//! Throttles of what can be tried by whoever is not who they say they are: every attempt counts, whatever comes of it.

use crate::{context::Ctx, store::StoreError};

pub(crate) use ::throttle::{Policy, TooMany, forgive, tidy};

/// Counts one attempt by the client's network, and one for `key`, in this order: who tries too often from one place uses up
/// nobody's attempts besides.
pub(crate) async fn admit<E>(ctx: &Ctx, per_network: Policy, policy: Policy, key: &str) -> Result<(), E>
where
    E: From<TooMany> + From<StoreError>,
{
    if let Some(network) = ctx.client.network() {
        attempt(ctx, per_network, &network).await??;
    }
    Ok(attempt(ctx, policy, key).await??)
}

/// Counts one attempt for `key`, in a transaction of its own: `Ok(Err(TooMany))` when it is one too many, which doesn't count.
async fn attempt(ctx: &Ctx, policy: Policy, key: &str) -> Result<Result<(), TooMany>, StoreError> {
    let transaction = ctx.db.begin().await?;
    let outcome = ::throttle::attempt(&transaction, policy, key, ctx.now()).await?;
    transaction.commit().await?;
    Ok(outcome)
}
