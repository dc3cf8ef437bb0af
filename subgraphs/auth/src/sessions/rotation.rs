//! Refreshing: a token is spent and its child takes its place (OAuth 2.0 Security Best Current Practice, RFC 9700,
//! section 4.14.2).
//!
//! Spending is one conditional statement, so that of any number of requests with one token exactly one spends it.
//! The others, for a moment, get the same child, as long as nobody has used that. After that a spent token is taken for
//! stolen: there is no telling whether the thief or the owner has it, so the whole family ends.

use chrono::{DateTime, Utc};
use ids::RefreshTokenId;
use outbox::Work;

use crate::{
    access_tokens::Signer,
    context::Ctx,
    digest, roles,
    sessions::{
        RefreshError, RefreshToken, Tokens,
        model::{GRACE, REFRESH_LIFETIME, StoredToken},
        revocation::revoke,
        store,
    },
};

/// Gives new tokens for a refresh token.
pub(crate) async fn refresh(ctx: &Ctx, text: &str) -> Result<Tokens, RefreshError> {
    let presented = RefreshToken::parse(text)?;
    // What somebody made up costs a look, and no turn among those who write.
    let owner = store::owner_of(ctx.db.reader(), &presented.hash()).await?.ok_or(RefreshError::Invalid)?;
    let signer = ctx.issuer().signer(ctx).await?;
    let salt = digest::random()?;
    let now = ctx.now();
    let work = ctx.begin().await?;
    // Before anything is written: whoever is just erasing them goes first, or waits for all of this.
    if erasure::any_erased(&work, &[owner]).await? {
        work.rollback().await?;
        return Err(RefreshError::Invalid);
    }
    let spent = store::spend(&*work, &presented.hash(), &salt, now).await?;
    // After the statement, the row is as whoever spent the token left it.
    let stored = store::find_token(&*work, &presented.hash()).await?.ok_or(RefreshError::Invalid)?;
    let child = if spent {
        let child = presented.child(&salt);
        let row = store::NewToken {
            id: RefreshTokenId::at(now),
            session: stored.session,
            parent: Some(stored.id),
            hash: child.hash(),
            issued_at: now,
            expires_at: now + REFRESH_LIFETIME,
        };
        store::insert_token(&*work, row).await?;
        if let Some(parent) = stored.parent {
            store::forget_salt(&*work, parent).await?;
        }
        child
    } else {
        match again(&work, &presented, &stored, now).await? {
            Some(child) => child,
            None => return refuse(work, &stored, now).await,
        }
    };
    let tokens = renewed(&work, &signer, &stored, child, now).await?;
    work.commit().await?;
    Ok(tokens)
}

/// The child of a token that was spent a moment ago, if nobody has used it.
async fn again(
    work: &Work,
    presented: &RefreshToken,
    stored: &StoredToken,
    now: DateTime<Utc>,
) -> Result<Option<RefreshToken>, RefreshError> {
    let (Some(spent_at), Some(salt)) = (stored.spent_at, stored.child_salt) else {
        return Ok(None);
    };
    if now - spent_at > GRACE {
        return Ok(None);
    }
    let child = presented.child(&salt);
    let unused = store::find_token(&**work, &child.hash()).await?.is_some_and(|row| row.spent_at.is_none());
    Ok(unused.then_some(child))
}

/// The session lives on, if it still does, with an access token more.
async fn renewed(
    work: &Work,
    signer: &Signer,
    stored: &StoredToken,
    refresh: RefreshToken,
    now: DateTime<Utc>,
) -> Result<Tokens, RefreshError> {
    let until = now + crate::access_tokens::LIFETIME;
    let session = store::renew(&**work, stored.session, now, until, now + REFRESH_LIFETIME).await?;
    let session = session.ok_or(RefreshError::Invalid)?;
    let roles = roles::held(&**work, session.user).await?;
    let access = signer.issue(session.user, session.id, &roles, now)?;
    Ok(Tokens { user: session.user, access, refresh })
}

/// A token that is spent was used twice: its family ends. One that isn't has expired, or its family has ended.
async fn refuse<T>(work: Work, stored: &StoredToken, now: DateTime<Utc>) -> Result<T, RefreshError> {
    if stored.spent_at.is_some() {
        tracing::warn!(session = %stored.session, "a refresh token was used twice; its session ends");
        revoke(&work, stored.session, now).await?;
    }
    work.commit().await?;
    Err(RefreshError::Invalid)
}
