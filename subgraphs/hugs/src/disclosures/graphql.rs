//! Disclosures as moderators see them.

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, Refusal, UserError, connection, page_request, settle};

use super::{Disclosure, DisclosureError, Entry, Position, RecordError};
use crate::{
    context::{Ctx, RightMissing},
    users::graphql::User,
};

/// A hug whose sender a moderator has to know.
#[derive(Debug, InputObject)]
pub(crate) struct DiscloseHugSenderInput {
    /// The hug.
    hug_id: ID,
    /// Why, in 10 to 500 characters. It is kept with the moderator's name.
    reason: String,
}

/// Who sent a hug to whom, or why that isn't told.
#[derive(SimpleObject)]
pub(crate) struct DiscloseHugSenderPayload {
    /// Who sent it; null when there are errors.
    sender: Option<User>,
    /// Who received it; null when there are errors.
    recipient: Option<User>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

/// That a moderator asked who sent a hug. It doesn't say who that was.
#[derive(SimpleObject)]
pub(crate) struct HugDisclosure {
    /// The id of the hug.
    hug_id: ID,
    /// Who asked.
    moderator: User,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<Entry> for HugDisclosure {
    fn from(entry: Entry) -> Self {
        Self {
            hug_id: entry.hug.to_string().into(),
            moderator: User::new(entry.moderator),
            reason: entry.reason,
            at: entry.at,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct DisclosureQuery;

#[Object]
impl DisclosureQuery {
    /// For moderators: who asked who sent which hug, when and why; the newest first. Of hugs that the viewer sent or received
    /// themselves, what others asked isn't told.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("moderation")))]
    async fn hug_disclosures(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many from the start: up to 100, 20 when no size is given.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: up to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<HugDisclosure>>> {
        let page = page_request(first, after, last, before)?;
        let entries = super::record(gql.data::<Ctx>()?, &page).await.map_err(|error| match error {
            RecordError::Right(missing) => right_failure(missing),
            RecordError::Store(error) => Failure::internal(error),
        })?;
        Ok(Some(connection(entries, Position::of, HugDisclosure::from)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct DisclosureMutation;

#[Object]
impl DisclosureMutation {
    /// Tells a moderator who sent a hug, anonymous or not, and keeps record of who asked, when and why. Refused with
    /// `HUG_NOT_FOUND`, `HUG_OF_SELF` or `REASON_INVALID`.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("moderation")))]
    async fn disclose_hug_sender(
        &self,
        gql: &Context<'_>,
        input: DiscloseHugSenderInput,
    ) -> Result<DiscloseHugSenderPayload> {
        let told = super::disclose(gql.data::<Ctx>()?, &input.hug_id, &input.reason).await;
        let (parties, errors) = settle(told)?;
        let parties =
            parties.map(|Disclosure { sender, recipient }| (User::new(sender), User::new(recipient)));
        let (sender, recipient) = parties.unzip();
        Ok(DiscloseHugSenderPayload { sender, recipient, errors })
    }
}

impl Refusal for DisclosureError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path) = match self {
            Self::HugNotFound => ("HUG_NOT_FOUND", "hugId"),
            Self::OwnHug => ("HUG_OF_SELF", "hugId"),
            Self::ReasonInvalid => ("REASON_INVALID", "reason"),
            Self::Right(missing) => return Err(right_failure(missing)),
            Self::Store(error) => return Err(Failure::internal(error)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", path]))
    }
}

/// What isn't for everybody, as a top-level error.
pub(crate) fn right_failure(missing: RightMissing) -> Error {
    match missing {
        RightMissing::Unauthenticated => Failure::unauthenticated(),
        RightMissing::Forbidden => Failure::Forbidden.error(missing),
    }
}
