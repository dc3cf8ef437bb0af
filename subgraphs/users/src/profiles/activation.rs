//! From a reservation to a profile.

use chrono::{DateTime, Utc};
use events::users::ProfileUpdated;
use ids::UserId;
use outbox::Work;

use crate::{
    context::Ctx,
    profiles::{model::Profile, store},
    reservations, settings,
    store::StoreError,
    usernames::{self, Username},
};

/// How many characters of a lost name its replacement keeps.
const KEPT_OF_LOST_NAME: usize = 20;

/// An account that was made.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) registered_at: DateTime<Utc>,
}

/// Makes the profile of a registered account; whoever comes second changes nothing.
pub(crate) async fn activate(
    work: &Work,
    registration: Registration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if store::find(&**work, registration.user_id).await?.is_some() {
        return Ok(());
    }
    let username = claim_for_good(work, &registration, now).await?;
    let renamed = username.as_str() != registration.username;
    let profile = Profile {
        user_id: registration.user_id,
        username: username.as_str().to_owned(),
        display_name: registration.display_name,
        bio: None,
        pronouns: None,
        joined_at: registration.registered_at,
        renamed_at: None,
        avatar_id: None,
    };
    if !store::insert(&**work, &profile).await? {
        return Ok(());
    }
    store::set_search_terms(&**work, &profile).await?;
    settings::store::insert_defaults(&**work, profile.user_id).await?;
    reservations::store::remove(&**work, profile.user_id).await?;
    if renamed {
        let Profile { user_id, username, display_name, .. } = profile;
        work.emit(&ProfileUpdated { user_id, username, display_name }).await?;
    }
    Ok(())
}

/// The viewer's own profile, made of their reservation: their token says that the account is there, although the
/// news of it may still be on its way.
pub(crate) async fn activate_own(ctx: &Ctx) -> Result<Option<Profile>, StoreError> {
    let Some(viewer) = ctx.viewer_id() else {
        return Ok(None);
    };
    let Some(reservation) = reservations::store::find(ctx.db.reader(), viewer).await? else {
        return Ok(None);
    };
    let registration = Registration {
        user_id: viewer,
        username: reservation.username,
        display_name: reservation.display_name,
        registered_at: reservation.reserved_at,
    };
    let work = ctx.begin().await?;
    // Erased since the reservation was read, or just now: a token may outlive its owner by a moment.
    if erasure::any_erased(&work, &[viewer]).await? {
        work.rollback().await?;
        return Ok(None);
    }
    activate(&work, registration, ctx.now()).await?;
    let profile = store::find(&*work, viewer).await?;
    work.commit().await?;
    Ok(profile)
}

/// The registered name; or, when its reservation ran out before the account was heard of and somebody else has it by
/// now, one like it.
async fn claim_for_good(
    work: &Work,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<Username, StoreError> {
    let user = registration.user_id;
    let wanted = Username::folded(&registration.username);
    if usernames::store::claim(&**work, &wanted, user, None, now).await? {
        return Ok(wanted);
    }
    let start: String = wanted.as_str().chars().take(KEPT_OF_LOST_NAME).collect();
    let id = user.as_uuid().simple().to_string();
    // The end of an id is random; a few digits of it are as good as always free.
    for digits in [4, 8, 12, 32] {
        let other = Username::folded(&format!("{start}_{}", &id[id.len() - digits..]));
        if usernames::store::claim(&**work, &other, user, None, now).await? {
            tracing::warn!(%user, lost = %wanted, given = %other, "a registered name was lost");
            return Ok(other);
        }
    }
    Err(StoreError::Custom(format!("no name like {wanted} is free")))
}

#[cfg(test)]
mod tests {
    use identity::{Caller, Viewer};
    use testkit::TestApp;

    use super::*;
    use crate::{
        Users,
        profiles::DisplayName,
        reservations::{Reserve, reserve},
    };

    #[tokio::test]
    async fn a_reservation_that_was_read_before_its_owner_was_erased_makes_no_profile() {
        let app = TestApp::start::<Users>().await;
        let (ctx, user_id) = (Ctx::new(&app.foundation).unwrap(), app.new_user());
        let (username, display_name) = (Username::parse("ada").unwrap(), DisplayName::parse("Ada").unwrap());
        reserve(&ctx, Reserve { user_id, username, display_name }).await.unwrap();
        let work = ctx.begin().await.unwrap();
        erasure::mark_erased(&work, user_id, ctx.now()).await.unwrap();
        work.commit().await.unwrap();
        let viewer = Viewer { user_id, session_id: None, roles: Vec::new(), scopes: Vec::new() };
        let own = ctx.on_behalf_of(Caller::User(viewer));
        assert_eq!(activate_own(&own).await.unwrap(), None);
        assert_eq!(store::find(ctx.db.reader(), user_id).await.unwrap(), None);
        app.finish().await;
    }
}
