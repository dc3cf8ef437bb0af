//! Asking for an export.

use events::auth::ExportRequested;
use idempotency::Begun;
use ids::ExportId;
use service::Subgraph as _;

use crate::{
    account_exports::{
        ASKED_AGAIN_AFTER, AccountExport, READABLE_FOR, RequestExportError, contribution::Everything, own,
        store,
    },
    accounts,
    context::Ctx,
};

/// Somebody who wants to take along what is kept of them.
pub(crate) struct RequestExport {
    pub(crate) password: String,
    pub(crate) idempotency_key: Option<String>,
}

/// Has every service let the viewer read what it keeps of them. What they asked for before is over with that.
pub(crate) async fn request(
    ctx: &Ctx,
    command: RequestExport,
) -> Result<Option<AccountExport>, RequestExportError> {
    let user = ctx.viewer()?.user_id;
    accounts::confirm(ctx, user, &command.password).await?;
    let now = ctx.now();
    let (work, user) = ctx.begin_own::<RequestExportError>().await?;
    let key = command.idempotency_key.as_deref();
    let request = idempotency::Request { user_id: user, operation: "requestAccountExport", key };
    let Begun::First(claim) = idempotency::begin::<ExportId>(&*work, request, &(), now).await? else {
        return Ok(own(ctx, user).await?);
    };
    let requested = ExportRequested {
        export_id: ExportId::at(now),
        user_id: user,
        requested_at: now,
        expires_at: now + READABLE_FOR,
    };
    if !store::replace(&*work, &requested, now - ASKED_AGAIN_AFTER).await? {
        return Err(RequestExportError::RequestedLately);
    }
    work.emit(&requested).await?;
    if let Some(part) = exports::prepare(&work, &Everything, &requested).await? {
        store::note(&*work, crate::Auth::NAME, part).await?;
    }
    claim.complete(&*work, &requested.export_id).await?;
    work.commit().await?;
    Ok(own(ctx, user).await?)
}
