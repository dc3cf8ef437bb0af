//! What clients give to post, answer and close a request.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

use super::{HugRequestAudience, HugRequestUrgency};
use crate::{
    hug_requests::{AnswerHugRequest, CreateHugRequest, HugRequestError, Urgency, parse_targets},
    text::Message,
};

/// A request to be posted.
#[derive(Debug, InputObject)]
pub(crate) struct CreateHugRequestInput {
    /// A message of up to 500 characters, without the space around it.
    message: Option<String>,
    /// Who may see and answer it.
    audience: HugRequestAudience,
    /// Whom a private request names: 1 to 20 people. Empty for the other audiences.
    target_ids: Option<Vec<ID>>,
    /// How pressing it is; `NORMAL` when nothing is given.
    urgency: Option<HugRequestUrgency>,
    /// Until when it can be answered: within 7 days; in 24 hours when nothing is given.
    expires_at: Option<DateTime<Utc>>,
    /// The same key with the same input posts the request once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

impl TryFrom<CreateHugRequestInput> for CreateHugRequest {
    type Error = HugRequestError;

    fn try_from(input: CreateHugRequestInput) -> Result<Self, HugRequestError> {
        let audience = input.audience.into();
        Ok(Self {
            audience,
            urgency: input.urgency.map_or(Urgency::Normal, Urgency::from),
            message: Message::parse_optional(input.message.as_deref())?,
            expires_at: input.expires_at,
            targets: parse_targets(audience, &input.target_ids.unwrap_or_default())?,
            key: input.idempotency_key,
        })
    }
}

/// An answer to a request: a hug to its requester.
#[derive(Debug, InputObject)]
pub(crate) struct AnswerHugRequestInput {
    /// The request.
    request_id: ID,
    /// The kind of hug, one of `hugTypes`.
    type_id: ID,
    /// A message of up to 500 characters, without the space around it.
    message: Option<String>,
    /// The same key with the same input sends the hug once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

impl TryFrom<AnswerHugRequestInput> for AnswerHugRequest {
    type Error = HugRequestError;

    fn try_from(input: AnswerHugRequestInput) -> Result<Self, HugRequestError> {
        Self::parse(&input.request_id, &input.type_id, input.message.as_deref(), input.idempotency_key)
    }
}

/// A request that names the viewer, who would rather not.
#[derive(Debug, InputObject)]
pub(crate) struct DeclineHugRequestInput {
    /// The request.
    pub(super) request_id: ID,
}

/// A request of the viewer's to be closed.
#[derive(Debug, InputObject)]
pub(crate) struct CloseHugRequestInput {
    /// The request.
    pub(super) request_id: ID,
}
