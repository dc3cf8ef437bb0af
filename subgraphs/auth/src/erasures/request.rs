//! Asking to be forgotten, and changing one's mind.

use events::auth::{ErasureCancelled, ErasureRequested};

use crate::{
    accounts::{self, Account},
    context::Ctx,
    erasures::{CancelErasureError, GRACE, RequestErasureError, store},
    roles,
};

/// Has the viewer's account erased after the grace, unless nobody else would be an admin. Asked again, the day stays.
pub(crate) async fn request(ctx: &Ctx, password: &str) -> Result<Option<Account>, RequestErasureError> {
    let user = ctx.viewer()?.user_id;
    accounts::confirm(ctx, user, password).await?;
    let now = ctx.now();
    let due_at = now + GRACE;
    // Erased since the password was compared, which takes a while.
    let (work, user) = ctx.begin_own::<RequestErasureError>().await?;
    if roles::is_last_admin(&*work, user).await? {
        return Err(RequestErasureError::LastAdmin);
    }
    if store::insert(&*work, user, now, due_at).await? {
        work.emit(&ErasureRequested { user_id: user, requested_at: now, due_at }).await?;
    }
    work.commit().await?;
    Ok(accounts::own(ctx, user).await?)
}

/// Has the viewer's account stay. An account that nobody wanted erased stays as well.
pub(crate) async fn cancel(ctx: &Ctx) -> Result<Option<Account>, CancelErasureError> {
    let (work, user) = ctx.begin_own::<CancelErasureError>().await?;
    if store::cancel(&*work, user).await? {
        work.emit(&ErasureCancelled { user_id: user, cancelled_at: ctx.now() }).await?;
    }
    work.commit().await?;
    Ok(accounts::own(ctx, user).await?)
}
