//! Whether a name can be had, for somebody who is choosing one.

use crate::{
    context::Ctx,
    store::StoreError,
    usernames::{Username, UsernameError, store},
};

/// What becomes of a wish for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Availability {
    /// It can be had, in this form.
    Free(Username),
    /// Somebody has it, or one that looks like it.
    Taken(Username),
    /// Nobody can have it.
    Unfit(UsernameError),
}

/// Whether the viewer, or whoever is about to register, can have a name. One's own, and the one that one gave up lately,
/// can be had. A moment later somebody else may have taken it: only taking it tells.
pub(crate) async fn availability(ctx: &Ctx, text: &str) -> Result<Availability, StoreError> {
    let name = match Username::parse(text) {
        Ok(name) => name,
        Err(error) => return Ok(Availability::Unfit(error)),
    };
    let holder = store::holder(ctx.db.reader(), &name, ctx.now()).await?;
    let is_free = holder.is_none() || holder == ctx.viewer_id();
    Ok(if is_free { Availability::Free(name) } else { Availability::Taken(name) })
}
