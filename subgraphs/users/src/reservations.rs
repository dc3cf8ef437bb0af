//! Reservations: a name kept for somebody whose account is just being made.

mod error;
pub(crate) mod http;
pub(crate) mod store;

use chrono::TimeDelta;
use ids::UserId;

pub(crate) use crate::reservations::{error::ReserveError, store::Reservation};
use crate::{
    context::Ctx,
    profiles::{self, DisplayName},
    usernames::{self, Username},
};

/// How long a name waits for its account.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(15);

/// A wish for a name, as `auth` passes it on.
#[derive(Debug)]
pub(crate) struct Reserve {
    pub(crate) user_id: UserId,
    pub(crate) username: Username,
    pub(crate) display_name: DisplayName,
}

/// Keeps the name for the user. Doing it again for the same user renews it.
pub(crate) async fn reserve(ctx: &Ctx, wish: Reserve) -> Result<Reservation, ReserveError> {
    let now = ctx.now();
    let expires_at = now + KEPT_FOR;
    let work = ctx.begin().await?;
    store::forget_expired(&*work, now).await?;
    if !usernames::store::claim(&*work, &wish.username, wish.user_id, Some(expires_at), now).await? {
        work.rollback().await?;
        return Err(ReserveError::Taken);
    }
    let reservation = Reservation {
        user_id: wish.user_id,
        username: wish.username.as_str().to_owned(),
        display_name: wish.display_name.into_string(),
        reserved_at: now,
    };
    // A question that was asked again may come once more when the account is made: what is its for good stays so.
    if profiles::store::find(&*work, wish.user_id).await?.is_some() {
        work.rollback().await?;
        return Ok(reservation);
    }
    store::put(&*work, &reservation, expires_at).await?;
    work.commit().await?;
    Ok(reservation)
}
