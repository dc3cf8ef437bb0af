//! Changing one's profile, in the schema.

use async_graphql::{Context, Error, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, settle};

use super::User;
use crate::{
    context::Ctx,
    profiles::{self, Change, RenameError, UpdateProfile, UpdateProfileError},
    usernames::UsernameError,
};

/// What is to change about one's profile; what is left out stays.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// A new username; it can be changed again after 14 days, and the former one is kept for 30.
    username: Option<String>,
    /// A new display name: 1 to 50 characters on one line.
    display_name: Option<String>,
    /// A new bio: up to 500 characters; null or an empty text removes it.
    bio: MaybeUndefined<String>,
    /// New pronouns: up to 40 characters; null or an empty text removes them.
    pronouns: MaybeUndefined<String>,
}

impl From<UpdateProfileInput> for UpdateProfile {
    fn from(input: UpdateProfileInput) -> Self {
        let change = |field| match field {
            MaybeUndefined::Undefined => Change::Keep,
            MaybeUndefined::Null => Change::Set(String::new()),
            MaybeUndefined::Value(text) => Change::Set(text),
        };
        Self {
            username: input.username,
            display_name: input.display_name,
            bio: change(input.bio),
            pronouns: change(input.pronouns),
        }
    }
}

/// What came of changing one's profile.
#[derive(SimpleObject)]
struct UpdateProfilePayload {
    /// The viewer as they are now; null when nothing was changed.
    user: Option<User>,
    /// Why nothing was changed.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Changes the viewer's profile.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn update_profile(
        &self,
        gql: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload> {
        let (profile, errors) = settle(profiles::update(gql.data::<Ctx>()?, input.into()).await)?;
        Ok(UpdateProfilePayload { user: profile.map(User::from), errors })
    }
}

impl Refusal for UpdateProfileError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, part) = match &self {
            Self::Rename(RenameError::Taken) => ("USERNAME_TAKEN", "username"),
            Self::Rename(RenameError::TooSoon(_)) => ("USERNAME_CHANGED_LATELY", "username"),
            Self::Rename(RenameError::Malformed(UsernameError::Reserved)) => {
                ("USERNAME_RESERVED", "username")
            }
            Self::Rename(RenameError::Malformed(_)) => ("USERNAME_INVALID", "username"),
            Self::DisplayName(_) => ("DISPLAY_NAME_INVALID", "displayName"),
            Self::Bio(_) => ("BIO_INVALID", "bio"),
            Self::Pronouns(_) => ("PRONOUNS_INVALID", "pronouns"),
            Self::Unauthenticated => return Err(Failure::unauthenticated()),
            Self::Missing => return Err(Failure::NotFound.error(self)),
            Self::Database(cause) => return Err(Failure::internal(cause)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", part]))
    }
}
