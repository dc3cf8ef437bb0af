//! Answering a request with a hug.

use events::hugs::HugRequestAnswered;
use idempotency::Begun;
use ids::{HugId, HugRequestId, HugTypeId, UserId};
use outbox::Work;
use serde::Serialize;

use super::{HugRequest, HugRequestError, HugRequestStatus, store};
use crate::{
    consents::{self, Consent},
    context::Ctx,
    hug_types,
    hugs::{self, Hug, HugError, SeenHug, Sending},
    live,
    text::Message,
};

/// A request to be answered. What is serialised is what makes two answers the same.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerHugRequest {
    request: HugRequestId,
    type_id: HugTypeId,
    message: Option<Message>,
    #[serde(skip)]
    key: Option<String>,
}

impl AnswerHugRequest {
    pub(crate) fn parse(
        request: &str,
        type_id: &str,
        message: Option<&str>,
        key: Option<String>,
    ) -> Result<Self, HugRequestError> {
        Ok(Self {
            request: HugRequestId::parse(request).map_err(|_| HugRequestError::NotFound)?,
            type_id: HugTypeId::parse(type_id).map_err(|_| HugError::TypeNotFound)?,
            message: Message::parse_optional(message)?,
            key,
        })
    }
}

/// Answers the request with a hug from the viewer. The requester's policy isn't asked, they have asked for it; but whom they
/// declined stays declined.
pub(crate) async fn answer(ctx: &Ctx, command: AnswerHugRequest) -> Result<SeenHug, HugRequestError> {
    let (answerer, now) = (ctx.viewer()?.user_id, ctx.now());
    ctx.require_projections().await?;
    let work = ctx.begin().await?;
    // Who asked can't be erased meanwhile, or the hug would outlive them.
    let requester = store::requester_of(&*work, command.request).await?;
    let people: Vec<UserId> = [answerer].into_iter().chain(requester).collect();
    if erasure::erased_among(&work, &people).await?.contains(&answerer) {
        return Err(service::Unauthenticated.into());
    }
    let asked = idempotency::Request {
        user_id: answerer,
        operation: "answerHugRequest",
        key: command.key.as_deref(),
    };
    let claim = match idempotency::begin::<HugId>(&*work, asked, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => {
            drop(work);
            return hugs::visible(ctx, &[id]).await?.pop().ok_or(HugRequestError::NotFound);
        }
    };
    let request = take(&work, command.request, answerer).await?;
    check_open(&work, &request, answerer, request.status(now)).await?;
    if consents::find(&*work, request.requester_id, answerer, false).await? == Some(Consent::Declined) {
        return Err(HugRequestError::NotAllowed);
    }
    if hug_types::active(&*work, command.type_id).await?.is_none() {
        return Err(HugError::TypeNotFound.into());
    }
    let recipient = Some(request.requester_id);
    hugs::check_limits(&*work, Sending { sender: answerer, recipient, anonymous: false }, now).await?;
    let hug = Hug {
        id: HugId::at(now),
        sender_id: answerer,
        recipient_id: request.requester_id,
        type_id: command.type_id,
        request_id: Some(request.id),
        message: command.message.map(Message::into_string),
        filtered: false,
        anonymous: false,
        to_anonymous: false,
        returns: None,
        sent_at: now,
        seen_at: None,
        thanked_at: None,
        cancelled_at: None,
        declined_at: None,
    };
    // They hug each other: neither is a stranger to the other from here on.
    let mut pairs = [(answerer, request.requester_id), (request.requester_id, answerer)];
    consents::note_known(&*work, &mut pairs, now).await?;
    hugs::deliver(&work, &hug, live::Kind::RequestAnswered).await?;
    let (request_id, requester_id) = (request.id, request.requester_id);
    let answered = HugRequestAnswered { request_id, requester_id, answerer_id: answerer, hug_id: hug.id };
    work.emit(&answered).await?;
    claim.complete(&*work, &hug.id).await?;
    work.commit().await?;
    ctx.live.wake(requester_id);
    Ok(hug.seen_by(answerer).ok_or(HugError::NotFound)?)
}

/// The request, which nobody else answers or closes until the transaction ends, if `viewer` may see it.
async fn take(work: &Work, id: HugRequestId, viewer: UserId) -> Result<HugRequest, HugRequestError> {
    let locked = store::find_locked(&**work, id).await?;
    let visible = store::visible(&**work, viewer, &[id]).await?;
    locked.filter(|_| !visible.is_empty()).ok_or(HugRequestError::NotFound)
}

async fn check_open(
    work: &Work,
    request: &HugRequest,
    answerer: UserId,
    status: HugRequestStatus,
) -> Result<(), HugRequestError> {
    if request.requester_id == answerer {
        return Err(HugError::CannotHugSelf.into());
    }
    if hugs::answer_of(&**work, answerer, request.id).await?.is_some() {
        return Err(HugRequestError::AlreadyAnswered);
    }
    match status {
        HugRequestStatus::Open => Ok(()),
        HugRequestStatus::Closed => Err(HugRequestError::Closed),
        HugRequestStatus::Expired => Err(HugRequestError::Expired),
    }
}
