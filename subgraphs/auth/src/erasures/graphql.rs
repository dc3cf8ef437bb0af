//! Erasures in the schema.

use async_graphql::{Context, Error, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, settle};

use crate::{
    accounts::graphql::Account,
    context::Ctx,
    erasures::{self, CancelErasureError, RequestErasureError},
};

/// What somebody asks with to be forgotten.
#[derive(InputObject)]
struct RequestErasureInput {
    /// The account's password, once more.
    password: String,
}

/// What came of asking to be forgotten.
#[derive(SimpleObject)]
struct RequestErasurePayload {
    /// The account, with the day on which it is erased; null when it isn't.
    account: Option<Account>,
    /// Why it isn't.
    errors: Vec<UserError>,
}

/// What came of wanting to stay.
#[derive(SimpleObject)]
struct CancelErasurePayload {
    /// The account, which stays.
    account: Option<Account>,
    /// Why it doesn't.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ErasureMutation;

#[Object]
impl ErasureMutation {
    /// Has the viewer's account and all that is theirs erased in 14 days. Until then nothing changes, and
    /// `cancelErasure` takes it back; after that nothing does.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn request_erasure(
        &self,
        gql: &Context<'_>,
        input: RequestErasureInput,
    ) -> Result<RequestErasurePayload> {
        let requested = erasures::request(gql.data::<Ctx>()?, &input.password).await;
        let (account, errors) = settle(requested)?;
        Ok(RequestErasurePayload { account: account.flatten().map(Account::from), errors })
    }

    /// Has the viewer's account stay, whether it was to be erased or not.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn cancel_erasure(&self, gql: &Context<'_>) -> Result<CancelErasurePayload> {
        let (account, errors) = settle(erasures::cancel(gql.data::<Ctx>()?).await)?;
        Ok(CancelErasurePayload { account: account.flatten().map(Account::from), errors })
    }
}

impl Refusal for RequestErasureError {
    fn into_user_error(self) -> Result<UserError, Error> {
        match self {
            Self::Unauthenticated => Err(Failure::unauthenticated()),
            Self::Confirm(error) => error.into_user_error(),
            Self::LastAdmin => Ok(UserError::new("LAST_ADMIN", self.to_string(), &[])),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

impl Refusal for CancelErasureError {
    fn into_user_error(self) -> Result<UserError, Error> {
        Err(match &self {
            Self::Unauthenticated => Failure::unauthenticated(),
            Self::Database(_) => Failure::internal(self),
        })
    }
}
