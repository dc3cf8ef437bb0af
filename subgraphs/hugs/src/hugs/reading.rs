//! Reading hugs by id.

use ids::HugId;

use super::{Hug, HugError, store};
use crate::{context::Ctx, store::StoreError};

/// Those of the hugs that the viewer sent or received, unless the two have become a blocked pair.
pub(crate) async fn visible(ctx: &Ctx, ids: &[HugId]) -> Result<Vec<Hug>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(Vec::new());
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    ctx.settle().await;
    store::visible(ctx.db.reader(), viewer.user_id, ids).await
}

/// The hug, if there is one of that id that the viewer may see.
pub(crate) async fn visible_one(ctx: &Ctx, id: &str) -> Result<Option<Hug>, HugError> {
    let Ok(id) = HugId::parse(id) else { return Ok(None) };
    Ok(visible(ctx, &[id]).await?.pop())
}
