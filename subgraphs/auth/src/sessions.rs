//! Sessions: one login on one device, kept alive by a family of refresh tokens of which one at a time is good.

mod error;
pub(crate) mod graphql;
mod model;
mod revocation;
mod rotation;
mod store;

use std::time::Duration;

use ids::{RefreshTokenId, SessionId, UserId};
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    error::{LogoutError, RefreshError},
    model::{RefreshToken, Tokens},
    revocation::{end_all, log_out},
    rotation::refresh,
};
use crate::{
    access_tokens::{IssueError, Signer},
    context::Ctx,
    roles,
    store::{Connection, StoreError},
    throttle,
};

/// How often what is over is tidied away.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Opens a session of the user on the client that asks.
pub(crate) async fn open(
    ctx: &Ctx,
    connection: &impl Connection,
    signer: &Signer,
    user: UserId,
) -> Result<Tokens, IssueError> {
    let now = ctx.now();
    let session = SessionId::at(now);
    let roles = roles::held(connection, user).await?;
    let access = signer.issue(user, session, &roles, now)?;
    let refresh = RefreshToken::generate()?;
    let expires_at = now + model::REFRESH_LIFETIME;
    let row = store::NewSession {
        id: session,
        user,
        client: &ctx.client,
        now,
        access_until: access.expires_at,
        ends_at: expires_at,
    };
    store::insert_session(connection, row).await?;
    let row = store::NewToken {
        id: RefreshTokenId::at(now),
        session,
        parent: None,
        hash: refresh.hash(),
        issued_at: now,
        expires_at,
    };
    store::insert_token(connection, row).await?;
    Ok(Tokens { user, access, refresh })
}

/// The background task: forgets what is over until told to stop.
pub(crate) async fn tidy_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, TIDY_EVERY, || async {
        if let Err(error) = tidy(&ctx).await {
            tracing::warn!(%error, "old sessions could not be forgotten; trying again");
        }
    })
    .await;
}

async fn tidy(ctx: &Ctx) -> Result<(), StoreError> {
    let now = ctx.now();
    let transaction = ctx.db.begin().await?;
    store::forget_ended(&transaction, now).await?;
    throttle::tidy(&transaction, now).await?;
    transaction.commit().await
}
