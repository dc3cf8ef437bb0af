//! Requests as clients see them.

mod input;

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, Error, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, Refusal, UserError, connection, page_request, settle};
use ids::{HugRequestId, UserId};
use input::{AnswerHugRequestInput, CloseHugRequestInput, CreateHugRequestInput, DeclineHugRequestInput};

use super::{Declines, HugRequestError, HugRequestPosition, Scope};
use crate::{
    batch::{Batch, BatchError},
    context::Ctx,
    hugs::{
        Answers,
        graphql::{Hug, failure},
    },
    users::graphql::User,
};

/// Who may see and answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::Audience")]
pub(crate) enum HugRequestAudience {
    /// Everybody who is logged in.
    Public,
    /// The requester's followers.
    Followers,
    /// The people it names.
    Private,
}

/// How pressing a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::Urgency")]
pub(crate) enum HugRequestUrgency {
    /// Whenever somebody feels like it.
    Low,
    /// Today would be nice.
    Normal,
    /// As soon as somebody can.
    High,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::HugRequestStatus")]
pub(crate) enum HugRequestStatus {
    /// It can be answered.
    Open,
    /// The requester closed it.
    Closed,
    /// Its time is over.
    Expired,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::Scope")]
pub(crate) enum HugRequestScope {
    /// Open requests of others that the viewer may answer.
    All,
    /// Of these, those of people whom the viewer follows.
    Followed,
    /// Of these, those that name the viewer.
    Targeted,
    /// The viewer's own requests, open or not.
    Mine,
}

/// A request as its viewer sees it.
#[derive(Debug, Clone)]
pub(crate) struct HugRequest(pub(crate) super::HugRequest);

/// Somebody asks for a hug. Only those whom it is meant for can see it.
#[Object]
impl HugRequest {
    /// Its id, `hrq_` and 32 hexadecimal digits.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who asks.
    #[graphql(provides = "username displayName")]
    async fn requester(&self) -> User {
        User::new(self.0.requester_id)
    }

    /// What the requester wrote, up to 500 characters.
    pub(crate) async fn message(&self) -> Option<String> {
        self.0.message.clone()
    }

    /// Who may see and answer it.
    async fn audience(&self) -> HugRequestAudience {
        self.0.audience.into()
    }

    /// How pressing it is.
    async fn urgency(&self) -> HugRequestUrgency {
        self.0.urgency.into()
    }

    /// What became of it.
    async fn status(&self, gql: &Context<'_>) -> Result<HugRequestStatus> {
        Ok(self.0.status(gql.data::<Ctx>()?.now()).into())
    }

    /// When it was posted.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was posted, under the name that all moments share.
    pub(crate) async fn at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it can be answered.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When the requester closed it.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }

    /// Whom it names. Empty for everybody but the requester.
    #[graphql(provides = "username displayName")]
    async fn targets(&self, gql: &Context<'_>) -> Result<Vec<User>> {
        let targets = gql.data::<DataLoader<Batch>>()?;
        let named = targets.load_one(TargetsOf(self.0.id)).await.map_err(Failure::internal)?;
        Ok(named.unwrap_or_default().into_iter().map(User::new).collect())
    }

    /// How many people have answered it, without answers that were taken back.
    async fn answer_count(&self, gql: &Context<'_>) -> Result<i32> {
        Ok(self.answers(gql).await?.count)
    }

    /// How many people declined it. 0 for everybody but the requester.
    async fn decline_count(&self, gql: &Context<'_>) -> Result<i32> {
        Ok(self.declines(gql).await?.count)
    }

    /// Whether the viewer declined it.
    async fn viewer_declined(&self, gql: &Context<'_>) -> Result<bool> {
        Ok(self.declines(gql).await?.own)
    }

    /// The hug with which the viewer answered it.
    async fn viewer_answer(&self, gql: &Context<'_>) -> Result<Option<Hug>> {
        let Some(id) = self.answers(gql).await?.own else {
            return Ok(None);
        };
        let hugs = gql.data::<DataLoader<Batch>>()?;
        Ok(hugs.load_one(id).await.map_err(Failure::internal)?.map(Hug))
    }
}

impl HugRequest {
    async fn answers(&self, gql: &Context<'_>) -> Result<Answers> {
        let answers = gql.data::<DataLoader<Batch>>()?;
        let key = AnswersTo(self.0.id);
        Ok(answers.load_one(key).await.map_err(Failure::internal)?.unwrap_or_default())
    }
}

impl HugRequest {
    async fn declines(&self, gql: &Context<'_>) -> Result<Declines> {
        let declines = gql.data::<DataLoader<Batch>>()?;
        let key = DeclinesOf(self.0.id);
        Ok(declines.load_one(key).await.map_err(Failure::internal)?.unwrap_or_default())
    }
}

/// The request, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct HugRequestPayload {
    /// The request as it is now; null when there are errors.
    request: Option<HugRequest>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

/// The hug that answers a request, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct AnswerHugRequestPayload {
    /// The hug; null when there are errors.
    hug: Option<Hug>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

fn payload(result: Result<super::HugRequest, HugRequestError>) -> Result<HugRequestPayload> {
    let (request, errors) = settle(result)?;
    Ok(HugRequestPayload { request: request.map(HugRequest), errors })
}

#[derive(Debug, Default)]
pub(crate) struct HugRequestQuery;

#[Object]
impl HugRequestQuery {
    /// A request that the viewer may see; null when there is none of that id.
    async fn hug_request(&self, gql: &Context<'_>, id: ID) -> Result<Option<HugRequest>> {
        let found = super::visible_one(gql.data::<Ctx>()?, &id).await.map_err(Failure::internal)?;
        Ok(found.map(HugRequest))
    }

    #[graphql(entity)]
    async fn find_hug_request_by_id(&self, gql: &Context<'_>, id: ID) -> Result<Option<HugRequest>> {
        let Ok(id) = HugRequestId::try_from(&id) else {
            return Ok(None);
        };
        let requests = gql.data::<DataLoader<Batch>>()?;
        Ok(requests.load_one(id).await.map_err(Failure::internal)?.map(HugRequest))
    }

    /// Requests for hugs, newest first; null, with an error, when nobody is logged in.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn hug_requests(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which of them; `ALL` when nothing is given.")] scope: Option<HugRequestScope>,
        #[graphql(desc = "How many from the start: up to 100, 20 when no size is given.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: up to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<HugRequest>>> {
        let page = page_request(first, after, last, before)?;
        let requests = super::page(gql.data::<Ctx>()?, scope.map_or(Scope::All, Scope::from), page)
            .await
            .map_err(request_failure)?;
        Ok(Some(connection(requests, HugRequestPosition::of, HugRequest)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct HugRequestMutation;

#[Object]
impl HugRequestMutation {
    /// Asks for a hug. Refused with `MESSAGE_TOO_LONG`, `TARGET_COUNT_OUT_OF_RANGE`, `TARGETS_NOT_PRIVATE`,
    /// `TARGET_NOT_ALLOWED`, `EXPIRY_OUT_OF_RANGE`, `RATE_LIMITED` (60 an hour), `IDEMPOTENCY_KEY_REUSED` or
    /// `IDEMPOTENCY_KEY_MALFORMED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn create_hug_request(
        &self,
        gql: &Context<'_>,
        input: CreateHugRequestInput,
    ) -> Result<HugRequestPayload> {
        let ctx = gql.data::<Ctx>()?;
        let creating = async { super::create(ctx, input.try_into()?).await };
        payload(creating.await)
    }

    /// Answers a request with a hug. Refused with `HUG_REQUEST_NOT_FOUND`, `HUG_REQUEST_CLOSED`, `HUG_REQUEST_EXPIRED`,
    /// `ALREADY_ANSWERED`, and as `sendHug` is; but the requester's policy isn't asked, only whether they declined the viewer's hugs.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn answer_hug_request(
        &self,
        gql: &Context<'_>,
        input: AnswerHugRequestInput,
    ) -> Result<AnswerHugRequestPayload> {
        let ctx = gql.data::<Ctx>()?;
        let answering = async { super::answer(ctx, input.try_into()?).await };
        let (hug, errors) = settle(answering.await)?;
        Ok(AnswerHugRequestPayload { hug: hug.map(Hug), errors })
    }

    /// Declines a private request that names the viewer: it isn't in their lists any more. Declining it again changes nothing,
    /// and it can still be answered. Refused with `HUG_REQUEST_NOT_FOUND`, `NOT_A_TARGET`, `HUG_REQUEST_CLOSED` or
    /// `HUG_REQUEST_EXPIRED`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn decline_hug_request(
        &self,
        gql: &Context<'_>,
        input: DeclineHugRequestInput,
    ) -> Result<HugRequestPayload> {
        payload(super::decline(gql.data::<Ctx>()?, &input.request_id).await)
    }

    /// Closes a request of the viewer's: nobody can answer it any more. Closing it again changes nothing. Refused with
    /// `HUG_REQUEST_NOT_FOUND`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn close_hug_request(
        &self,
        gql: &Context<'_>,
        input: CloseHugRequestInput,
    ) -> Result<HugRequestPayload> {
        payload(super::close(gql.data::<Ctx>()?, &input.request_id).await)
    }
}

impl Refusal for HugRequestError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let message = self.to_string();
        let (code, path): (_, &[&str]) = match self {
            Self::NotFound => ("HUG_REQUEST_NOT_FOUND", &["input", "requestId"]),
            Self::TargetCount => ("TARGET_COUNT_OUT_OF_RANGE", &["input", "targetIds"]),
            Self::TargetsNotPrivate => ("TARGETS_NOT_PRIVATE", &["input", "targetIds"]),
            Self::TargetNotAllowed { index } => {
                let path = ["input", "targetIds", &index.to_string()];
                return Ok(UserError::new("TARGET_NOT_ALLOWED", message, &path));
            }
            Self::ExpiryOutOfRange => ("EXPIRY_OUT_OF_RANGE", &["input", "expiresAt"]),
            Self::TooManyRequests { wait } => return Ok(UserError::rate_limited(self.to_string(), wait)),
            Self::NotTargeted => ("NOT_A_TARGET", &["input", "requestId"]),
            Self::AlreadyAnswered => ("ALREADY_ANSWERED", &["input", "requestId"]),
            Self::Closed => ("HUG_REQUEST_CLOSED", &["input", "requestId"]),
            Self::Expired => ("HUG_REQUEST_EXPIRED", &["input", "requestId"]),
            Self::NotAllowed => ("HUG_NOT_ALLOWED", &["input", "requestId"]),
            Self::Hug(error) => return error.into_user_error(),
        };
        Ok(UserError::new(code, message, path))
    }
}

/// A list has no payload to carry a refusal.
fn request_failure(error: HugRequestError) -> Error {
    match error {
        HugRequestError::Hug(error) => failure(error),
        other => Failure::internal(other),
    }
}

impl Loader<HugRequestId> for Batch {
    type Value = super::HugRequest;
    type Error = BatchError;

    async fn load(
        &self,
        ids: &[HugRequestId],
    ) -> Result<HashMap<HugRequestId, super::HugRequest>, BatchError> {
        let found = super::visible(&self.0, ids).await?;
        Ok(found.into_iter().map(|request| (request.id, request)).collect())
    }
}

/// The answers to a request, as a key of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AnswersTo(HugRequestId);

impl Loader<AnswersTo> for Batch {
    type Value = Answers;
    type Error = BatchError;

    async fn load(&self, keys: &[AnswersTo]) -> Result<HashMap<AnswersTo, Answers>, BatchError> {
        let requests: Vec<_> = keys.iter().map(|key| key.0).collect();
        let answers = super::answers(&self.0, &requests).await?;
        Ok(answers.into_iter().map(|(request, answers)| (AnswersTo(request), answers)).collect())
    }
}

/// How a request was declined, as a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DeclinesOf(HugRequestId);

impl Loader<DeclinesOf> for Batch {
    type Value = Declines;
    type Error = BatchError;

    async fn load(&self, keys: &[DeclinesOf]) -> Result<HashMap<DeclinesOf, Declines>, BatchError> {
        let requests: Vec<_> = keys.iter().map(|key| key.0).collect();
        let declines = super::declines(&self.0, &requests).await?;
        Ok(declines.into_iter().map(|(request, declines)| (DeclinesOf(request), declines)).collect())
    }
}

/// Whom a request names, as a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TargetsOf(HugRequestId);

impl Loader<TargetsOf> for Batch {
    type Value = Vec<UserId>;
    type Error = BatchError;

    async fn load(&self, keys: &[TargetsOf]) -> Result<HashMap<TargetsOf, Vec<UserId>>, BatchError> {
        let requests: Vec<_> = keys.iter().map(|key| key.0).collect();
        let targets = super::targets(&self.0, &requests).await?;
        Ok(targets.into_iter().map(|(request, people)| (TargetsOf(request), people)).collect())
    }
}
