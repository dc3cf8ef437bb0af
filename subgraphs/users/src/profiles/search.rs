//! Finding people by the start of their name.

use ids::UserId;
use pagination::{Key, PageRequest, Slice};
use serde::{Deserialize, Serialize};

use crate::{
    context::Ctx,
    profiles::{self, model::Profile, store},
    store::StoreError,
    text,
};

/// Longer searches find nothing: no name is that long.
const MAX_BYTES: usize = 800;

/// Where somebody stands among those found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) term: String,
    pub(crate) user_id: UserId,
}

impl Key for Found {
    const KIND: &'static str = "users";
}

/// People whose username, display name or a word of it begins with `text`, by what was found, without those who are
/// not there for the viewer.
pub(crate) async fn search(
    ctx: &Ctx,
    viewer: UserId,
    text: &str,
    page: &PageRequest<Found>,
) -> Result<Slice<(Found, Profile)>, StoreError> {
    let wanted = text.trim();
    let wanted = wanted.strip_prefix('@').unwrap_or(wanted);
    let keys = [&page.after, &page.before].into_iter().flatten().map(|key| key.term.as_str());
    // PostgreSQL takes no text with a NUL in it, and no name has one.
    let has_nul = keys.chain([wanted]).any(|text| text.contains('\0'));
    if wanted.is_empty() || wanted.len() > MAX_BYTES || has_nul {
        return Ok(Slice::empty());
    }
    ctx.settle_blocks().await;
    let rows = store::search(ctx.db.reader(), viewer, &text::fold(wanted), page).await?;
    let ids: Vec<_> = rows.iter().map(|found| found.user_id).collect();
    let mut found = profiles::by_ids(ctx, &ids).await?;
    // Cut to the page first: somebody who vanished between the two reads must not look like the end of the list.
    let slice = Slice::from_rows(rows, page);
    let (has_next, has_previous) = (slice.has_next, slice.has_previous);
    let with_profile = |key: Found| found.remove(&key.user_id).map(|profile| (key, profile));
    let items = slice.items.into_iter().filter_map(with_profile).collect();
    Ok(Slice { items, has_next, has_previous })
}
