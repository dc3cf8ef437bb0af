//! Choosing a username, in the schema.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use graphql::Failure;

use crate::{
    context::Ctx,
    usernames::{self, Availability, UsernameError},
};

/// Why a username can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum UsernameProblem {
    /// It isn't 2 to 30 letters and digits of one script, `_`, and `.` between them.
    Invalid,
    /// It is kept for the service itself.
    Reserved,
    /// Somebody has it, or one that looks like it.
    Taken,
}

/// Whether a username can be had.
#[derive(SimpleObject)]
struct UsernameAvailability {
    /// The name as it would be kept; null when it is none.
    username: Option<String>,
    /// Whether the viewer, or somebody who registers, can have it.
    available: bool,
    /// Why it can't be had.
    problem: Option<UsernameProblem>,
}

impl From<Availability> for UsernameAvailability {
    fn from(availability: Availability) -> Self {
        let (username, problem) = match availability {
            Availability::Free(name) => (Some(name), None),
            Availability::Taken(name) => (Some(name), Some(UsernameProblem::Taken)),
            Availability::Unfit(UsernameError::Reserved) => (None, Some(UsernameProblem::Reserved)),
            Availability::Unfit(_) => (None, Some(UsernameProblem::Invalid)),
        };
        let username = username.map(|name| name.as_str().to_owned());
        Self { username, available: problem.is_none(), problem }
    }
}

#[derive(Default)]
pub(crate) struct UsernameQuery;

#[Object]
impl UsernameQuery {
    /// Whether a username can be had, for forms in which one is chosen; everybody may ask.
    async fn username_availability(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The name, in any case.")] username: String,
    ) -> Result<UsernameAvailability> {
        let found = usernames::availability(gql.data::<Ctx>()?, &username).await;
        Ok(found.map_err(Failure::internal)?.into())
    }
}
