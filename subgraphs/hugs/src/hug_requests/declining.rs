//! Declining a request that names one.

use events::hugs::HugRequestDeclined;
use ids::HugRequestId;

use super::{HugRequest, HugRequestError, HugRequestStatus, store};
use crate::context::Ctx;

/// The viewer, whom the request names, would rather not. They don't find it in their lists any more, but may still change
/// their mind and answer. Declining again changes nothing.
pub(crate) async fn decline(ctx: &Ctx, id: &str) -> Result<HugRequest, HugRequestError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    let id = HugRequestId::parse(id).map_err(|_| HugRequestError::NotFound)?;
    ctx.settle().await;
    let work = ctx.begin().await?;
    let locked = store::find_locked(&*work, id).await?;
    let visible = store::visible(&*work, viewer, &[id]).await?;
    let request = locked.filter(|_| !visible.is_empty()).ok_or(HugRequestError::NotFound)?;
    if !store::names(&*work, id, viewer).await? {
        return Err(HugRequestError::NotTargeted);
    }
    match request.status(now) {
        HugRequestStatus::Closed => return Err(HugRequestError::Closed),
        HugRequestStatus::Expired => return Err(HugRequestError::Expired),
        HugRequestStatus::Open => {}
    }
    if store::note_declined(&*work, id, viewer, now).await? {
        let requester_id = request.requester_id;
        let declined =
            HugRequestDeclined { request_id: id, requester_id, decliner_id: viewer, declined_at: now };
        work.emit(&declined).await?;
        work.commit().await?;
    }
    Ok(request)
}
