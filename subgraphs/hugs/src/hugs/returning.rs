//! Returning a hug.

use chrono::{DateTime, Utc};
use idempotency::Begun;
use ids::{HugId, HugTypeId, UserId};
use outbox::Work;
use serde::Serialize;

use super::{
    Hug, HugError, SeenHug, Sending, check_limits, deliver,
    progress::{take, tell_seen},
    sending::sent_before,
    store,
};
use crate::{
    consents,
    context::Ctx,
    hug_types, live,
    people::{self, Admission},
    text::Message,
};

/// A hug to be returned. What is serialised is what makes two requests the same.
#[derive(Debug, Serialize)]
pub(crate) struct ReturnHug {
    hug: String,
    type_id: HugTypeId,
    message: Option<Message>,
    #[serde(skip)]
    key: Option<String>,
}

impl ReturnHug {
    pub(crate) fn parse(
        hug: &str,
        type_id: &str,
        message: Option<&str>,
        key: Option<String>,
    ) -> Result<Self, HugError> {
        Ok(Self {
            hug: hug.to_owned(),
            type_id: HugTypeId::parse(type_id).map_err(|_| HugError::TypeNotFound)?,
            message: Message::parse_optional(message)?,
            key,
        })
    }
}

/// Sends a hug back to whoever sent one to the viewer, who has seen it by that. Whether an anonymous one can be returned never
/// depends on who sent it.
pub(crate) async fn return_hug(ctx: &Ctx, command: ReturnHug) -> Result<SeenHug, HugError> {
    let (viewer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let (work, _) = ctx.begin_own::<HugError>().await?;
    let request =
        idempotency::Request { user_id: viewer, operation: "returnHug", key: command.key.as_deref() };
    let claim = match idempotency::begin(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return sent_before(&work, viewer, id).await,
    };
    let mut returned = take(&work, &command.hug, viewer, |hug| hug.recipient_id).await?;
    let unseen = returned.see(now)?;
    if store::is_returned(&*work, returned.id).await? {
        return Err(HugError::AlreadyReturned);
    }
    if hug_types::active(&*work, command.type_id).await?.is_none() {
        return Err(HugError::TypeNotFound);
    }
    admit(&work, viewer, &returned, now).await?;
    let hug = Hug {
        id: HugId::at(now),
        sender_id: viewer,
        recipient_id: returned.sender_id,
        type_id: command.type_id,
        request_id: None,
        message: command.message.map(Message::into_string),
        filtered: false,
        anonymous: false,
        to_anonymous: returned.anonymous,
        returns: Some(returned.id),
        sent_at: now,
        seen_at: None,
        thanked_at: None,
        cancelled_at: None,
        declined_at: None,
    };
    if unseen {
        store::save_progress(&*work, &returned).await?;
        tell_seen(&work, &returned, now).await?;
    }
    deliver(&work, &hug, live::Kind::Returned).await?;
    claim.complete(&*work, &hug.id).await?;
    work.commit().await?;
    ctx.live.wake(hug.recipient_id);
    hug.seen_by(viewer).ok_or(HugError::NotFound)
}

/// Asks the policy and the limits whether `returned` may be returned. Who hugged the viewer knows them, so no filter applies.
async fn admit(work: &Work, viewer: UserId, returned: &Hug, now: DateTime<Utc>) -> Result<(), HugError> {
    let recipient = Some(returned.sender_id).filter(|_| !returned.anonymous);
    if let Some(recipient) = recipient {
        if people::admission(&**work, viewer, recipient, now).await? == Admission::Refused {
            return Err(HugError::NotAllowed);
        }
        consents::note_known(&**work, &mut [(viewer, recipient)], now).await?;
    }
    check_limits(&**work, Sending { sender: viewer, recipient, anonymous: false }, now).await
}
