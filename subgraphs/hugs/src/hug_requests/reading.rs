//! Reading requests.

use std::collections::HashMap;

use ids::{HugRequestId, UserId};
use pagination::{PageRequest, Slice};

use super::{Declines, HugRequest, HugRequestError, HugRequestPosition, Scope, store};
use crate::{
    context::Ctx,
    hugs::{self, Answers},
    store::StoreError,
};

/// Those of the requests that the viewer may see, open or not.
pub(crate) async fn visible(ctx: &Ctx, ids: &[HugRequestId]) -> Result<Vec<HugRequest>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(Vec::new());
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    ctx.settle().await;
    store::visible(ctx.db.reader(), viewer.user_id, ids).await
}

/// The request, if there is one of that id that the viewer may see.
pub(crate) async fn visible_one(ctx: &Ctx, id: &str) -> Result<Option<HugRequest>, StoreError> {
    let Ok(id) = HugRequestId::parse(id) else {
        return Ok(None);
    };
    Ok(visible(ctx, &[id]).await?.pop())
}

/// A page of the requests in `scope`, newest first.
pub(crate) async fn page(
    ctx: &Ctx,
    scope: Scope,
    page: PageRequest<HugRequestPosition>,
) -> Result<Slice<HugRequest>, HugRequestError> {
    let viewer = ctx.viewer()?.user_id;
    ctx.settle().await;
    let rows = store::page(ctx.db.reader(), viewer, scope, &page, ctx.now()).await?;
    Ok(Slice::from_rows(rows, &page))
}

/// How each of the requests was answered, as far as the viewer may know.
pub(crate) async fn answers(
    ctx: &Ctx,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Answers>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle().await;
    hugs::answers(ctx.db.reader(), viewer.user_id, requests).await
}

/// Whom those of the requests name that are the viewer's own: nobody else may know. Without people in a blocked pair
/// with the viewer.
pub(crate) async fn targets(
    ctx: &Ctx,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Vec<UserId>>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle().await;
    let mut targets: HashMap<_, Vec<_>> = HashMap::new();
    for (request, person) in store::targets(ctx.db.reader(), viewer.user_id, requests).await? {
        targets.entry(request).or_default().push(person);
    }
    Ok(targets)
}

/// How each of the requests was declined, as far as the viewer may know: their requester how often, whom they name whether
/// by themself.
pub(crate) async fn declines(
    ctx: &Ctx,
    requests: &[HugRequestId],
) -> Result<HashMap<HugRequestId, Declines>, StoreError> {
    let Ok(viewer) = ctx.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle().await;
    store::declines(ctx.db.reader(), viewer.user_id, requests).await
}
