//! Changing who has which role.

use chrono::{DateTime, Utc};
use events::auth::RolesChanged;
use ids::UserId;
use outbox::Work;

use crate::{
    access_tokens,
    context::Ctx,
    roles::{Role, Roles, SetRolesError, is_last, store},
    store::StoreError,
};

/// Who is to have which roles, and no others.
#[derive(Debug, Clone)]
pub(crate) struct SetRoles {
    pub(crate) user: UserId,
    pub(crate) roles: Roles,
}

/// Gives somebody exactly these roles, on behalf of an admin. Whether the viewer is one is asked of the database: a token
/// may be older than a change.
pub(crate) async fn set(ctx: &Ctx, command: SetRoles) -> Result<Roles, SetRolesError> {
    let (work, viewer) = ctx.begin_own::<SetRolesError>().await?;
    // The admins as well: of two who take the role from each other at once, one comes second, and is none any more.
    let known = store::lock_with_admins(&*work, command.user).await?;
    let is_admin = |roles: &&Roles| roles.has(Role::Admin);
    if !known.get(&viewer).as_ref().is_some_and(is_admin) {
        return Err(SetRolesError::Forbidden);
    }
    let before = known.get(&command.user).ok_or(SetRolesError::Missing)?;
    let resigns = before.has(Role::Admin) && !command.roles.has(Role::Admin);
    if resigns && is_last(&*work, &known, command.user).await? {
        return Err(SetRolesError::LastAdmin);
    }
    change(&work, command.user, before, &command.roles, ctx.now()).await?;
    work.commit().await?;
    Ok(command.roles)
}

/// Changes roles and tells it, unless they are the same.
pub(super) async fn change(
    work: &Work,
    user: UserId,
    before: &Roles,
    after: &Roles,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    store::set(&**work, user, after).await?;
    let until = now + access_tokens::LIFETIME;
    work.emit(&RolesChanged { user_id: user, roles: after.names(), changed_at: now, until }).await
}
