//! Sending a hug.

use events::hugs::HugSent;
use idempotency::Begun;
use ids::{HugId, HugTypeId, UserId};
use outbox::Work;
use serde::Serialize;

use super::{Hug, HugError, SeenHug, Sending, check_limits, model::Side, store};
use crate::{
    consents,
    context::Ctx,
    hug_types,
    live::{self, Happening},
    people::{self, Admission},
    store::StoreError,
    text::Message,
};

/// A hug to be sent. What is serialised is what makes two requests the same.
#[derive(Debug, Serialize)]
pub(crate) struct SendHug {
    recipient: UserId,
    type_id: HugTypeId,
    message: Option<Message>,
    anonymous: bool,
    #[serde(skip)]
    key: Option<String>,
}

impl SendHug {
    pub(crate) fn parse(
        recipient: &str,
        type_id: &str,
        message: Option<&str>,
        anonymous: bool,
        key: Option<String>,
    ) -> Result<Self, HugError> {
        Ok(Self {
            recipient: UserId::parse(recipient).map_err(|_| HugError::NotAllowed)?,
            type_id: HugTypeId::parse(type_id).map_err(|_| HugError::TypeNotFound)?,
            message: Message::parse_optional(message)?,
            anonymous,
            key,
        })
    }
}

/// Sends the hug on the viewer's behalf.
pub(crate) async fn send(ctx: &Ctx, command: SendHug) -> Result<SeenHug, HugError> {
    let sender = ctx.viewer()?.user_id;
    let (recipient, now) = (command.recipient, ctx.now());
    if recipient == sender {
        return Err(HugError::CannotHugSelf);
    }
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    if erasure::any_erased(&work, &[sender, recipient]).await? {
        let is_sender = erasure::is_erased(&*work, sender).await?;
        return Err(if is_sender { service::Unauthenticated.into() } else { HugError::NotAllowed });
    }
    let request = idempotency::Request { user_id: sender, operation: "sendHug", key: command.key.as_deref() };
    let claim = match idempotency::begin(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return sent_before(&work, sender, id).await,
    };
    if hug_types::active(&*work, command.type_id).await?.is_none() {
        return Err(HugError::TypeNotFound);
    }
    let anonymous = command.anonymous;
    let admission = if anonymous {
        people::admission_of_anonymous(&*work, sender, recipient).await?
    } else {
        consents::take_turn(&*work, recipient, sender).await?;
        people::admission(&*work, sender, recipient, now).await?
    };
    if admission == Admission::Refused {
        return Err(HugError::NotAllowed);
    }
    let sending = Sending { sender, recipient: Some(recipient), anonymous };
    check_limits(&*work, sending, now).await?;
    let hug = Hug {
        id: HugId::at(now),
        sender_id: sender,
        recipient_id: recipient,
        type_id: command.type_id,
        request_id: None,
        message: command.message.map(Message::into_string),
        filtered: admission == Admission::Quiet,
        anonymous,
        to_anonymous: false,
        returns: None,
        sent_at: now,
        seen_at: None,
        thanked_at: None,
        cancelled_at: None,
        declined_at: None,
    };
    if !anonymous {
        consents::note_known(&*work, &mut [(sender, recipient)], now).await?;
    }
    deliver(&work, &hug, live::Kind::Received).await?;
    claim.complete(&*work, &hug.id).await?;
    work.commit().await?;
    ctx.live.wake(recipient);
    hug.seen_by(sender).ok_or(HugError::NotFound)
}

/// Writes the hug to the recipient's hands: the hug, both sides' history, the recipient's live log, the event.
pub(crate) async fn deliver(work: &Work, hug: &Hug, kind: live::Kind) -> Result<(), StoreError> {
    store::insert(&**work, hug).await?;
    let received = if hug.filtered { Side::Filtered } else { Side::Received };
    store::add_side(&**work, hug, Side::Sent).await?;
    store::add_side(&**work, hug, received).await?;
    if !hug.filtered {
        let happening = Happening::to_hug(kind, hug.id, hug.sent_at).answering(hug.request_id);
        live::append(&**work, hug.recipient_id, happening).await?;
    }
    work.emit(&HugSent {
        hug_id: hug.id,
        type_id: hug.type_id,
        sender_id: hug.sender_id,
        recipient_id: hug.recipient_id,
        request_id: hug.request_id,
        returns: hug.returns,
        // Of a hug that returns an anonymous one nothing may be shown, either, that names the two together.
        anonymous: hug.anonymous || hug.to_anonymous,
        quietly: hug.filtered,
        sent_at: hug.sent_at,
    })
    .await
}

/// The hug of the first request with the same key. When the two have become a blocked pair, it is gone for the sender.
pub(super) async fn sent_before(work: &Work, sender: UserId, id: HugId) -> Result<SeenHug, HugError> {
    let mut hugs = store::visible(&**work, sender, &[id]).await?;
    hugs.pop().ok_or(HugError::NotAllowed)
}
