//! The viewer's hugs, newest first.

use pagination::{PageRequest, Slice};

use super::{Hug, HugError, HugPosition, Listed, store};
use crate::context::Ctx;

/// A page of the viewer's hugs, without those of blocked pairs.
pub(crate) async fn history(
    ctx: &Ctx,
    listed: Listed,
    page: PageRequest<HugPosition>,
) -> Result<Slice<Hug>, HugError> {
    let viewer = ctx.viewer()?.user_id;
    ctx.settle().await;
    let ids = store::page_of_sides(ctx.db.reader(), viewer, listed, &page).await?;
    let mut hugs = store::visible(ctx.db.reader(), viewer, &ids).await?;
    hugs.sort_by_key(|hug| ids.iter().position(|id| *id == hug.id));
    Ok(Slice::from_rows(hugs, &page))
}
