//! Hugs as clients see them.

mod input;

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, Error, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, Refusal, UserError, connection, page_request, settle};
use idempotency::IdempotencyError;
use ids::{HugId, HugTypeId};
use input::{CancelHugInput, HugFilter, MarkHugSeenInput, ReturnHugInput, SendHugInput, ThankHugInput};

use super::{HistoryFilter, HugError, HugPosition, Listed};
use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
    hug_requests::graphql::HugRequest,
    hug_types::graphql::HugType,
    users::graphql::User,
};

/// What became of a hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::HugStatus")]
pub(crate) enum HugStatus {
    /// It is on its way, or waits to be seen.
    Sent,
    /// The recipient has seen it.
    Seen,
    /// The recipient is thankful for it.
    Thanked,
    /// The sender took it back before it was seen.
    Cancelled,
}

/// Which of the viewer's hugs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::Listed")]
pub(crate) enum HugDirection {
    /// Sent and received, without those that arrived quietly.
    All,
    /// Sent by the viewer, also those taken back.
    Sent,
    /// Received by the viewer, without those that arrived quietly.
    Received,
    /// Received quietly, by the viewer's own policy: they wait for `acceptHugsFrom` or `declineHugsFrom`.
    Filtered,
}

/// A hug as its viewer sees it.
#[derive(Debug, Clone)]
pub(crate) struct Hug(pub(crate) super::SeenHug);

/// A hug from one person to another. Only the two of them can see it.
#[Object]
impl Hug {
    /// Its id, `hug_` and 32 hexadecimal digits.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What became of it.
    async fn status(&self) -> HugStatus {
        self.0.status.into()
    }

    /// What the sender wrote, up to 500 characters. The recipient can't read it once the hug was taken back.
    pub(crate) async fn message(&self) -> Option<String> {
        self.0.message.clone()
    }

    /// When it was sent.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.0.sent_at
    }

    /// When it was sent, under the name that all moments share.
    pub(crate) async fn at(&self) -> DateTime<Utc> {
        self.0.sent_at
    }

    /// When the recipient saw it.
    async fn seen_at(&self) -> Option<DateTime<Utc>> {
        self.0.seen_at
    }

    /// When the recipient thanked for it.
    async fn thanked_at(&self) -> Option<DateTime<Utc>> {
        self.0.thanked_at
    }

    /// When the sender took it back.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.0.cancelled_at
    }

    /// The kind of hug.
    #[graphql(name = "type")]
    async fn hug_type(&self, gql: &Context<'_>) -> Result<HugType> {
        let types = gql.data::<DataLoader<Batch>>()?;
        let found = types.load_one::<HugTypeId>(self.0.type_id).await.map_err(Failure::internal)?;
        found.map(HugType::from).ok_or_else(|| Failure::internal("a hug has a type that isn't there"))
    }

    /// Who sent it; null for the recipient of an anonymous one.
    #[graphql(provides = "username displayName")]
    async fn sender(&self) -> Option<User> {
        self.0.sender.map(User::new)
    }

    /// Who received it; null for who returned an anonymous one.
    #[graphql(provides = "username displayName")]
    async fn recipient(&self) -> Option<User> {
        self.0.recipient.map(User::new)
    }

    /// Whether the recipient is not to know who sent it.
    async fn is_anonymous(&self) -> bool {
        self.0.anonymous
    }

    /// The hug that it returns.
    async fn returns(&self, gql: &Context<'_>) -> Result<Option<Hug>> {
        let Some(id) = self.0.returns else {
            return Ok(None);
        };
        let hugs = gql.data::<DataLoader<Batch>>()?;
        Ok(hugs.load_one(id).await.map_err(Failure::internal)?.map(Hug))
    }

    /// The hug with which it was returned.
    async fn returned_with(&self, gql: &Context<'_>) -> Result<Option<Hug>> {
        let hugs = gql.data::<DataLoader<Batch>>()?;
        Ok(hugs.load_one(ReturnOf(self.0.id)).await.map_err(Failure::internal)?.map(Hug))
    }

    /// Whether it arrived quietly, by the recipient's own policy. The sender always reads false.
    async fn filtered(&self) -> bool {
        self.0.filtered
    }

    /// The request that it answers, if it answers one that the viewer may see.
    async fn request(&self, gql: &Context<'_>) -> Result<Option<HugRequest>> {
        let Some(id) = self.0.request_id else {
            return Ok(None);
        };
        let requests = gql.data::<DataLoader<Batch>>()?;
        Ok(requests.load_one(id).await.map_err(Failure::internal)?.map(HugRequest))
    }
}

/// The hug, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct HugPayload {
    /// The hug as it is now; null when there are errors.
    pub(crate) hug: Option<Hug>,
    /// What the user can mend.
    pub(crate) errors: Vec<UserError>,
}

fn payload(result: Result<super::SeenHug, HugError>) -> Result<HugPayload> {
    let (hug, errors) = settle(result)?;
    Ok(HugPayload { hug: hug.map(Hug), errors })
}

#[derive(Debug, Default)]
pub(crate) struct HugQuery;

#[Object]
impl HugQuery {
    /// A hug that the viewer sent or received; null when there is none of that id.
    async fn hug(&self, gql: &Context<'_>, id: ID) -> Result<Option<Hug>> {
        let found = super::visible_one(gql.data::<Ctx>()?, &id).await.map_err(failure)?;
        Ok(found.map(Hug))
    }

    #[graphql(entity)]
    async fn find_hug_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<Hug>> {
        let Ok(id) = HugId::try_from(&id) else {
            return Ok(None);
        };
        let hugs = gql.data::<DataLoader<Batch>>()?;
        Ok(hugs.load_one(id).await.map_err(Failure::internal)?.map(Hug))
    }

    /// The viewer's hugs, newest first; null, with an error, when nobody is logged in.
    #[graphql(directive = graphql::authenticated::apply())]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection, a direction and a filter")]
    async fn hugs(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which of them; `ALL` when nothing is given.")] direction: Option<HugDirection>,
        #[graphql(desc = "Only those of which this holds.")] filter: Option<HugFilter>,
        #[graphql(desc = "How many from the start: up to 100, 20 when no size is given.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: up to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Hug>>> {
        let page = page_request(first, after, last, before)?;
        let listed = direction.map_or(Listed::All, Listed::from);
        let filter = HistoryFilter::try_from(filter.unwrap_or_default());
        let filter = filter.map_err(|error| Failure::BadUserInput.error(error))?;
        let hugs = super::history(gql.data::<Ctx>()?, listed, &filter, page).await.map_err(failure)?;
        Ok(Some(connection(hugs, HugPosition::of, Hug)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct HugMutation;

#[Object]
impl HugMutation {
    /// Sends a hug. Refused with `CANNOT_HUG_SELF`, `HUG_TYPE_NOT_FOUND`, `MESSAGE_TOO_LONG`, `HUG_NOT_ALLOWED`,
    /// `RATE_LIMITED` (600 an hour and 3000 a day, 120 an hour to the same person; for accounts of less than a week 60 an hour
    /// and 240 a day; of anonymous ones 20 a day, 3 of them to the same person), `IDEMPOTENCY_KEY_REUSED` or
    /// `IDEMPOTENCY_KEY_MALFORMED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn send_hug(&self, gql: &Context<'_>, input: SendHugInput) -> Result<HugPayload> {
        let ctx = gql.data::<Ctx>()?;
        let sending = async { super::send(ctx, input.try_into()?).await };
        payload(sending.await)
    }

    /// Sends a hug back to whoever sent one to the viewer, which also marks that one as seen. Each hug is returned once; an
    /// anonymous one, too, whose sender stays unknown. Refused with `HUG_NOT_FOUND`, `HUG_CANCELLED`,
    /// `HUG_ALREADY_RETURNED`, and as `sendHug` is.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn return_hug(&self, gql: &Context<'_>, input: ReturnHugInput) -> Result<HugPayload> {
        let ctx = gql.data::<Ctx>()?;
        let returning = async { super::return_hug(ctx, input.try_into()?).await };
        payload(returning.await)
    }

    /// Says that the viewer has seen a hug they received. Saying it again changes nothing. Refused with
    /// `HUG_NOT_FOUND` or `HUG_CANCELLED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn mark_hug_seen(&self, gql: &Context<'_>, input: MarkHugSeenInput) -> Result<HugPayload> {
        payload(super::mark_seen(gql.data::<Ctx>()?, &input.hug_id).await)
    }

    /// Thanks for a hug that the viewer received, which also marks it as seen. Thanking again changes nothing. Refused
    /// with `HUG_NOT_FOUND` or `HUG_CANCELLED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn thank_hug(&self, gql: &Context<'_>, input: ThankHugInput) -> Result<HugPayload> {
        payload(super::thank(gql.data::<Ctx>()?, &input.hug_id).await)
    }

    /// Takes back a hug that the viewer sent and that was not seen yet. Doing it again changes nothing. Refused with
    /// `HUG_NOT_FOUND` or `HUG_ALREADY_SEEN`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn cancel_hug(&self, gql: &Context<'_>, input: CancelHugInput) -> Result<HugPayload> {
        payload(super::cancel(gql.data::<Ctx>()?, &input.hug_id).await)
    }
}

impl Refusal for HugError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path): (_, &[&str]) = match &self {
            Self::NotFound => ("HUG_NOT_FOUND", &["input", "hugId"]),
            Self::CannotHugSelf => ("CANNOT_HUG_SELF", &["input", "recipientId"]),
            Self::TypeNotFound => ("HUG_TYPE_NOT_FOUND", &["input", "typeId"]),
            Self::MessageTooLong(_) => ("MESSAGE_TOO_LONG", &["input", "message"]),
            Self::NotAllowed => ("HUG_NOT_ALLOWED", &["input", "recipientId"]),
            Self::RateLimited { wait } => return Ok(UserError::rate_limited(self.to_string(), *wait)),
            Self::AlreadyReturned => ("HUG_ALREADY_RETURNED", &["input", "hugId"]),
            Self::AlreadySeen => ("HUG_ALREADY_SEEN", &["input", "hugId"]),
            Self::Cancelled => ("HUG_CANCELLED", &["input", "hugId"]),
            Self::Key(IdempotencyError::Reused) => ("IDEMPOTENCY_KEY_REUSED", &["input", "idempotencyKey"]),
            Self::Key(IdempotencyError::Malformed) => {
                ("IDEMPOTENCY_KEY_MALFORMED", &["input", "idempotencyKey"])
            }
            Self::Key(IdempotencyError::Database(_))
            | Self::Unauthenticated(_)
            | Self::Behind(_)
            | Self::Store(_) => return Err(failure(self)),
        };
        Ok(UserError::new(code, self.to_string(), path))
    }
}

/// What no user can mend, as a top-level error.
pub(crate) fn failure(error: HugError) -> Error {
    match error {
        HugError::Unauthenticated(_) => Failure::unauthenticated(),
        HugError::Behind(behind) => Failure::UpstreamUnavailable.error(behind),
        other => Failure::internal(other),
    }
}

/// The hug with which one was returned, as a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReturnOf(HugId);

impl Loader<ReturnOf> for Batch {
    type Value = super::SeenHug;
    type Error = BatchError;

    async fn load(&self, keys: &[ReturnOf]) -> Result<HashMap<ReturnOf, super::SeenHug>, BatchError> {
        let returned: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = super::returns_of(&self.0, &returned).await?;
        Ok(found.into_iter().map(|(returned, hug)| (ReturnOf(returned), hug)).collect())
    }
}

impl Loader<HugId> for Batch {
    type Value = super::SeenHug;
    type Error = BatchError;

    async fn load(&self, ids: &[HugId]) -> Result<HashMap<HugId, super::SeenHug>, BatchError> {
        let found = super::visible(&self.0, ids).await?;
        Ok(found.into_iter().map(|hug| (hug.id, hug)).collect())
    }
}
