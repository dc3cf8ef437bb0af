//! Asking somebody who is logged in for their password once more, before what can't be undone.

use ids::UserId;

use crate::{
    accounts::{
        login::{PER_ACCOUNT, PER_NETWORK},
        store,
    },
    context::Ctx,
    passwords::{HashError, Presented, Verdict},
    store::StoreError,
    throttle::{self, TooMany},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfirmError {
    #[error("the password is wrong")]
    Wrong,
    /// The account is gone while its token still lives.
    #[error("there is no such account any more")]
    Missing,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// Whether `password` is the one of `user`. It is counted together with logins: who has stolen a token has no more
/// attempts than who has none.
pub(crate) async fn confirm(ctx: &Ctx, user: UserId, password: &str) -> Result<(), ConfirmError> {
    let found = store::credentials_of(ctx.db.reader(), user).await?;
    let (email_key, credentials) = found.ok_or(ConfirmError::Missing)?;
    throttle::admit::<ConfirmError>(ctx, PER_NETWORK, PER_ACCOUNT, &email_key).await?;
    let verdict = ctx.hasher().verify(Presented::new(password), Some(credentials.password_hash)).await?;
    if verdict == Verdict::Wrong {
        return Err(ConfirmError::Wrong);
    }
    let transaction = ctx.db.begin().await?;
    throttle::forgive(&transaction, PER_ACCOUNT, &email_key).await?;
    Ok(transaction.commit().await?)
}
