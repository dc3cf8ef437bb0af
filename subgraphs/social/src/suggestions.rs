//! People whom the viewer may want to follow: those whom the people they follow follow.

pub(crate) mod graphql;
mod store;

use ids::UserId;
use service::{Ctx, Unauthenticated};

use crate::{erasure, people, projection::ProjectionError, relationships, store::StoreError};

/// The most suggestions at once.
pub(crate) const MAX_SUGGESTIONS: u32 = 50;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SuggestionError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("there is no such person")]
    Missing,
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// Somebody to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub(crate) person: UserId,
    /// How many of those whom the viewer follows follow them, of the follows that are looked at.
    pub(crate) mutuals: i32,
}

/// Up to `limit` people, those with the most mutuals first. Looked at are the latest follows of those whom the viewer followed
/// last, a hundred of a hundred: whoever follows thousands gets no slower an answer, and no worse a one.
pub(crate) async fn list(ctx: &Ctx, limit: u32) -> Result<Vec<Suggestion>, SuggestionError> {
    let viewer = ctx.viewer()?.user_id;
    let friends = store::latest_followed(ctx.db.reader(), viewer).await?;
    Ok(store::friends_of_friends(ctx.db.reader(), viewer, &friends, limit, ctx.now()).await?)
}

/// Never suggests this person to the viewer again.
pub(crate) async fn dismiss(ctx: &Ctx, person: UserId) -> Result<UserId, SuggestionError> {
    let viewer = ctx.viewer()?.user_id;
    if !people::is_registered(ctx, person).await?
        || relationships::blocks(ctx.db.reader(), person, viewer).await?
    {
        return Err(SuggestionError::Missing);
    }
    let (work, _) = ctx.begin_own::<SuggestionError>().await?;
    if erasure::any_gone(&work, &[person]).await? {
        return Err(SuggestionError::Missing);
    }
    store::dismiss(&*work, viewer, person, ctx.now()).await?;
    work.commit().await?;
    Ok(person)
}
