//! Telling a moderator who sent a hug.

use ids::{HugId, UserId};

use super::{DisclosureError, store};
use crate::{
    context::{Ctx, Right},
    hugs,
};

/// Who is behind a hug.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disclosure {
    pub(crate) sender: UserId,
    pub(crate) recipient: UserId,
}

/// Tells the viewer, who is a moderator, who sent the hug to whom, and notes it with their reason. Nobody
/// uses it to learn who hugged them.
pub(crate) async fn disclose(ctx: &Ctx, hug: &str, reason: &str) -> Result<Disclosure, DisclosureError> {
    let moderator = ctx.require(Right::Moderation)?.user_id;
    let now = ctx.now();
    let reason = reason.trim();
    if !(10..=500).contains(&reason.chars().count()) {
        return Err(DisclosureError::ReasonInvalid);
    }
    let hug = HugId::parse(hug).map_err(|_| DisclosureError::HugNotFound)?;
    let work = ctx.begin().await?;
    let parties = hugs::parties(&*work, hug).await?;
    let (sender, recipient) = parties.ok_or(DisclosureError::HugNotFound)?;
    if [sender, recipient].contains(&moderator) {
        return Err(DisclosureError::OwnHug);
    }
    let id = HugId::at(now).as_uuid();
    store::insert(&*work, id, hug, moderator, reason, now).await?;
    work.commit().await?;
    tracing::info!(%moderator, %hug, "a moderator was told who sent a hug");
    Ok(Disclosure { sender, recipient })
}
