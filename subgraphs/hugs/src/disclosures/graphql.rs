//! Disclosures as moderators see them.

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, settle};

use super::{Disclosure, DisclosureError};
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

#[derive(Debug, Default)]
pub(crate) struct DisclosureMutation;

#[Object]
impl DisclosureMutation {
    /// Tells a moderator who sent a hug, anonymous or not, and keeps record of who asked, when and why. Refused with
    /// `HUG_NOT_FOUND` or `REASON_INVALID`.
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
