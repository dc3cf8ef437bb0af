//! What clients give to send a hug, to change it and to list hugs.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use ids::{HugTypeId, UserId};

use super::HugStatus;
use crate::hugs::{self, HistoryFilter, HugError, ReturnHug, SendHug};

/// A hug to be sent.
#[derive(Debug, InputObject)]
pub(crate) struct SendHugInput {
    /// Who shall be hugged.
    recipient_id: ID,
    /// The kind of hug, one of `hugTypes`.
    type_id: ID,
    /// A message of up to 500 characters, without the space around it.
    message: Option<String>,
    /// Whether the recipient is not to know who sent it; false when nothing is given. Moderators can find out.
    anonymous: Option<bool>,
    /// The same key with the same input sends the hug once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

impl TryFrom<SendHugInput> for SendHug {
    type Error = HugError;

    fn try_from(input: SendHugInput) -> Result<Self, HugError> {
        let anonymous = input.anonymous.unwrap_or_default();
        let message = input.message.as_deref();
        Self::parse(&input.recipient_id, &input.type_id, message, anonymous, input.idempotency_key)
    }
}

/// A hug to be returned.
#[derive(Debug, InputObject)]
pub(crate) struct ReturnHugInput {
    /// The hug, one that the viewer received.
    hug_id: ID,
    /// The kind of hug to send back, one of `hugTypes`.
    type_id: ID,
    /// A message of up to 500 characters, without the space around it.
    message: Option<String>,
    /// The same key with the same input sends the hug once. Up to 255 characters, kept for 24 hours.
    idempotency_key: Option<String>,
}

impl TryFrom<ReturnHugInput> for ReturnHug {
    type Error = HugError;

    fn try_from(input: ReturnHugInput) -> Result<Self, HugError> {
        Self::parse(&input.hug_id, &input.type_id, input.message.as_deref(), input.idempotency_key)
    }
}

/// A hug that the viewer has seen.
#[derive(Debug, InputObject)]
pub(crate) struct MarkHugSeenInput {
    /// The hug, one that the viewer received.
    pub(super) hug_id: ID,
}

/// A hug that the viewer is thankful for.
#[derive(Debug, InputObject)]
pub(crate) struct ThankHugInput {
    /// The hug, one that the viewer received.
    pub(super) hug_id: ID,
}

/// A hug that the viewer takes back.
#[derive(Debug, InputObject)]
pub(crate) struct CancelHugInput {
    /// The hug, one that the viewer sent.
    pub(super) hug_id: ID,
}

/// Which hugs to list: those of which all of this holds.
#[derive(Debug, Default, InputObject)]
pub(crate) struct HugFilter {
    /// Hugs of this kind.
    type_id: Option<ID>,
    /// Hugs to or from this person, as far as the viewer knows that it is them.
    person_id: Option<ID>,
    /// Sent then or later.
    from: Option<DateTime<Utc>>,
    /// Sent before that.
    until: Option<DateTime<Utc>>,
    /// What became of them.
    status: Option<HugStatus>,
    /// Whether they were sent anonymously.
    anonymous: Option<bool>,
    /// Whether they answer a request.
    answers_request: Option<bool>,
}

impl TryFrom<HugFilter> for HistoryFilter {
    type Error = ids::IdError;

    fn try_from(filter: HugFilter) -> Result<Self, ids::IdError> {
        Ok(Self {
            type_id: filter.type_id.as_ref().map(HugTypeId::try_from).transpose()?,
            person: filter.person_id.as_ref().map(UserId::try_from).transpose()?,
            from: filter.from,
            until: filter.until,
            status: filter.status.map(hugs::HugStatus::from),
            anonymous: filter.anonymous,
            answering: filter.answers_request,
        })
    }
}
