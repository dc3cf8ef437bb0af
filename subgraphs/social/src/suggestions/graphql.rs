//! Suggestions in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, parse_id, settle};
use service::Ctx;

use super::{MAX_SUGGESTIONS, SuggestionError};
use crate::people::graphql::User;

/// Somebody whom the viewer may want to follow.
#[derive(SimpleObject)]
pub(crate) struct Suggestion {
    /// The person.
    user: User,
    /// How many of those whom the viewer follows follow them.
    mutuals: i32,
}

impl From<super::Suggestion> for Suggestion {
    fn from(suggestion: super::Suggestion) -> Self {
        Self { user: User(suggestion.person), mutuals: suggestion.mutuals }
    }
}

/// How many are suggested unless a client says otherwise.
const USUAL: i32 = 10;

#[derive(Debug, Default)]
pub(crate) struct SuggestionQuery;

#[Object]
impl SuggestionQuery {
    /// People whom those whom the viewer follows follow, those with the most of them first. Nobody who doesn't want to be
    /// suggested, and nobody whom the viewer follows, asked, mutes, can't see or has dismissed.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn suggestions(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "At most so many: 0 to 50, 10 by default.")] first: Option<i32>,
    ) -> Result<Option<Vec<Suggestion>>> {
        let limit = u32::try_from(first.unwrap_or(USUAL)).ok().filter(|limit| *limit <= MAX_SUGGESTIONS);
        let too_many = || Failure::BadUserInput.error(format!("`first` must be from 0 to {MAX_SUGGESTIONS}"));
        let found = super::list(gql.data::<Ctx>()?, limit.ok_or_else(too_many)?).await;
        let found =
            found.map_err(|error| error.into_user_error().map_or_else(|failure| failure, unexpected))?;
        Ok(Some(found.into_iter().map(Suggestion::from).collect()))
    }
}

/// Reading is never refused.
fn unexpected(refusal: UserError) -> Error {
    Failure::internal(refusal)
}

/// Whom to suggest no more.
#[derive(Debug, InputObject)]
pub(crate) struct DismissSuggestionInput {
    /// The person.
    user_id: ID,
}

/// Who is suggested no more, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct DismissSuggestionPayload {
    /// Who is suggested no more; null when there are errors.
    dismissed: Option<User>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct SuggestionMutation;

#[Object]
impl SuggestionMutation {
    /// Never suggests a person to the viewer again. They may still be followed.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn dismiss_suggestion(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to suggest no more.")] input: DismissSuggestionInput,
    ) -> Result<DismissSuggestionPayload> {
        let dismissed = super::dismiss(gql.data::<Ctx>()?, parse_id(&input.user_id)?).await;
        let (dismissed, errors) = settle(dismissed)?;
        Ok(DismissSuggestionPayload { dismissed: dismissed.map(User), errors })
    }
}

impl Refusal for SuggestionError {
    fn into_user_error(self) -> Result<UserError> {
        match self {
            Self::Missing => {
                Ok(UserError::new("USER_NOT_FOUND", "There is no such person.", &["input", "userId"]))
            }
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Projection(error) => Err(error.into_failure()),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}
