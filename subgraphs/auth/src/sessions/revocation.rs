//! Ending a session before its time.

use chrono::{DateTime, Utc};
use events::auth::SessionRevoked;
use ids::{SessionId, UserId};
use outbox::Work;

use crate::{
    context::Ctx,
    sessions::{LogoutError, RefreshToken, model::Session, store},
    store::StoreError,
};

/// Ends a session and tells it, unless it has ended already.
pub(crate) async fn revoke(work: &Work, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(session) = store::revoke(&**work, session, now).await? else {
        return Ok(());
    };
    work.emit(&told(&session, now)).await
}

fn told(session: &Session, now: DateTime<Utc>) -> SessionRevoked {
    let until = session.access_until.max(now);
    SessionRevoked { session_id: session.id, user_id: session.user, revoked_at: now, until }
}

/// Ends all sessions of `user` and tells it, and forgets them and their tokens.
pub(crate) async fn end_all(work: &Work, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let ended = store::revoke_all(&**work, user, now).await?;
    let told: Vec<_> = ended.iter().map(|session| told(session, now)).collect();
    work.emit_all(&told).await?;
    store::delete_all(&**work, user).await
}

/// Ends the session of `refresh_token`, or without one the viewer's. A token that is none ends nothing, and that is
/// no error (RFC 7009, section 2.2): the client wanted it to be no good, and it isn't.
pub(crate) async fn log_out(ctx: &Ctx, refresh_token: Option<&str>) -> Result<(), LogoutError> {
    let session = match refresh_token {
        Some(text) => {
            let Ok(token) = RefreshToken::parse(text) else {
                return Ok(());
            };
            store::find_token(ctx.db.reader(), &token.hash()).await?.map(|token| token.session)
        }
        None => Some(own_session(ctx)?),
    };
    let Some(session) = session else { return Ok(()) };
    let work = ctx.begin().await?;
    revoke(&work, session, ctx.now()).await?;
    Ok(work.commit().await?)
}

fn own_session(ctx: &Ctx) -> Result<SessionId, LogoutError> {
    ctx.caller.viewer().and_then(|viewer| viewer.session_id).ok_or(LogoutError::Unauthenticated)
}
