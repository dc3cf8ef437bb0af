//! Reading hugs by id.

use std::collections::HashMap;

use ids::HugId;

use super::{HugError, SeenHug, store};
use crate::{context::Ctx, store::StoreError};

/// Those of the hugs that the viewer sent or received, unless the two have become a blocked pair.
pub(crate) async fn visible(ctx: &Ctx, ids: &[HugId]) -> Result<Vec<SeenHug>, StoreError> {
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
pub(crate) async fn visible_one(ctx: &Ctx, id: &str) -> Result<Option<SeenHug>, HugError> {
    let Ok(id) = HugId::parse(id) else { return Ok(None) };
    Ok(visible(ctx, &[id]).await?.pop())
}

/// The hugs that return each of the hugs, as far as the viewer may see them.
pub(crate) async fn returns_of(ctx: &Ctx, returned: &[HugId]) -> Result<HashMap<HugId, SeenHug>, StoreError> {
    let returning = store::returning(ctx.db.reader(), returned).await?;
    let hugs = visible(ctx, &returning).await?;
    Ok(hugs.into_iter().filter_map(|hug| Some((hug.returns?, hug))).collect())
}
