//! The viewer's hugs, newest first.

use chrono::{DateTime, Utc};
use ids::{HugTypeId, UserId};
use pagination::{PageRequest, Slice};

use super::{HugError, HugPosition, HugStatus, Listed, SeenHug, store};
use crate::{context::Ctx, store::StoreError};

/// At most so many instants are given out, the latest.
const MAX_INSTANTS: u64 = 2_000;

/// Which hugs of a history to list; all when nothing is given.
#[derive(Debug, Clone, Default)]
pub(crate) struct HistoryFilter {
    pub(crate) type_id: Option<HugTypeId>,
    /// The other party. Of a hug whose other party the viewer isn't to know it is nobody.
    pub(crate) person: Option<UserId>,
    /// Sent then or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Sent before that.
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) status: Option<HugStatus>,
    pub(crate) anonymous: Option<bool>,
    /// Whether it answers a request.
    pub(crate) answering: Option<bool>,
}

/// A page of the viewer's hugs, without those of blocked pairs.
pub(crate) async fn history(
    ctx: &Ctx,
    listed: Listed,
    filter: &HistoryFilter,
    page: PageRequest<HugPosition>,
) -> Result<Slice<SeenHug>, HugError> {
    let viewer = ctx.viewer()?.user_id;
    ctx.settle().await;
    let ids = store::page_of_sides(ctx.db.reader(), viewer, listed, filter, &page).await?;
    let mut hugs = store::visible(ctx.db.reader(), viewer, &ids).await?;
    hugs.sort_by_key(|hug| ids.iter().position(|id| *id == hug.id));
    Ok(Slice::from_rows(hugs, &page))
}

/// When the viewer received hugs, earliest first: those that weren't taken back, waiting or hidden. What waited was received
/// when it was let in.
pub(crate) async fn received_instants(ctx: &Ctx) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(Vec::new());
    };
    ctx.settle().await;
    let mut instants = store::received_instants(ctx.db.reader(), viewer.user_id, MAX_INSTANTS).await?;
    instants.sort_unstable();
    Ok(instants)
}
