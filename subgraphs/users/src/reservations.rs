//! Reservations: a name kept for somebody whose account is just being made.

mod error;
pub(crate) mod http;
pub(crate) mod store;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;
use tokio_util::sync::CancellationToken;

pub(crate) use crate::reservations::{error::ReserveError, store::Reservation};
use crate::{
    context::Ctx,
    profiles::{self, DisplayName},
    store::StoreError,
    usernames::{self, Username},
};

/// How long a name waits for its account.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(15);

/// How often names that waited in vain, or were given up long ago, are forgotten.
const TIDY_EVERY: Duration = Duration::from_hours(1);

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

/// The background task: forgets names that are nobody's any more until told to stop.
pub(crate) async fn tidy_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, TIDY_EVERY, || async {
        if let Err(error) = tidy(&ctx, ctx.now()).await {
            tracing::warn!(%error, "names that are free could not be forgotten; trying again");
        }
    })
    .await;
}

async fn tidy(ctx: &Ctx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let transaction = ctx.db.begin().await?;
    store::forget_expired(&transaction, now).await?;
    usernames::store::forget_free(&transaction, now).await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, residue_of};

    use super::*;
    use crate::Users;

    #[tokio::test]
    async fn nothing_is_kept_of_a_name_that_waited_in_vain() {
        let app = TestApp::start::<Users>().await;
        let (ctx, user_id) = (Ctx::new(&app.foundation).unwrap(), app.new_user());
        let (username, display_name) = (Username::parse("ada").unwrap(), DisplayName::parse("Ada").unwrap());
        reserve(&ctx, Reserve { user_id, username: username.clone(), display_name }).await.unwrap();
        tidy(&ctx, ctx.now() + KEPT_FOR - TimeDelta::seconds(1)).await.unwrap();
        let holder = usernames::store::holder(ctx.db.reader(), &username, ctx.now()).await.unwrap();
        assert_eq!(holder, Some(user_id));
        tidy(&ctx, ctx.now() + KEPT_FOR).await.unwrap();
        assert_eq!(residue_of(&app.db, user_id).await, [""; 0]);
        app.finish().await;
    }
}
