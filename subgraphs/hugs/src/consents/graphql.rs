//! Consents as clients give them.

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, settle};

use super::{ConsentError, Whose};
use crate::context::Ctx;

/// Whose hugs the viewer agrees to. Exactly one of the two is given.
#[derive(Debug, InputObject)]
pub(crate) struct AcceptHugsFromInput {
    /// A person: what waits from them is let in, and what they send from now on.
    user_id: Option<ID>,
    /// A hug that the viewer received: the same for its sender; of an anonymous one this hug alone.
    hug_id: Option<ID>,
}

/// Whose hugs the viewer would rather not have. Exactly one of the two is given.
#[derive(Debug, InputObject)]
pub(crate) struct DeclineHugsFromInput {
    /// A person: what waits from them is gone, and they can't hug the viewer any more.
    user_id: Option<ID>,
    /// A hug that the viewer received: the same for its sender; of an anonymous one this hug, if it waits, and their further
    /// anonymous ones.
    hug_id: Option<ID>,
}

/// What came of accepting.
#[derive(SimpleObject)]
pub(crate) struct AcceptHugsFromPayload {
    /// How many hugs that waited were let in; null when there are errors.
    let_in: Option<i32>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

/// What came of declining.
#[derive(SimpleObject)]
pub(crate) struct DeclineHugsFromPayload {
    /// How many hugs that waited are gone; null when there are errors.
    dropped: Option<i32>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct ConsentMutation;

#[Object]
impl ConsentMutation {
    /// Agrees to hugs from somebody, whatever the viewer's policy says of strangers. Takes back that they were declined.
    /// Refused with `USER_NOT_FOUND` or `HUG_NOT_FOUND`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn accept_hugs_from(
        &self,
        gql: &Context<'_>,
        input: AcceptHugsFromInput,
    ) -> Result<AcceptHugsFromPayload> {
        let ctx = gql.data::<Ctx>()?;
        let accepting =
            async { super::accept(ctx, whose(input.user_id.as_ref(), input.hug_id.as_ref())?).await };
        let (let_in, errors) = settle(accepting.await)?;
        Ok(AcceptHugsFromPayload { let_in: let_in.map(number), errors })
    }

    /// Declines hugs from somebody, who isn't told: for them it is as if the viewer were missing. Refused with
    /// `USER_NOT_FOUND` or `HUG_NOT_FOUND`.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn decline_hugs_from(
        &self,
        gql: &Context<'_>,
        input: DeclineHugsFromInput,
    ) -> Result<DeclineHugsFromPayload> {
        let ctx = gql.data::<Ctx>()?;
        let declining =
            async { super::decline(ctx, whose(input.user_id.as_ref(), input.hug_id.as_ref())?).await };
        let (dropped, errors) = settle(declining.await)?;
        Ok(DeclineHugsFromPayload { dropped: dropped.map(number), errors })
    }
}

fn whose(user: Option<&ID>, hug: Option<&ID>) -> Result<Whose, ConsentError> {
    Whose::parse(user.map(|id| id.as_str()), hug.map(|id| id.as_str()))
}

fn number(hugs: u64) -> i32 {
    i32::try_from(hugs).unwrap_or(i32::MAX)
}

impl Refusal for ConsentError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path) = match &self {
            Self::PersonNotFound => ("USER_NOT_FOUND", "userId"),
            Self::HugNotFound => ("HUG_NOT_FOUND", "hugId"),
            Self::PersonOrHug => return Err(Failure::BadUserInput.error(self)),
            Self::Unauthenticated(_) => return Err(Failure::unauthenticated()),
            Self::Behind(behind) => return Err(Failure::UpstreamUnavailable.error(behind)),
            Self::Store(error) => return Err(Failure::internal(error)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", path]))
    }
}
