//! Pictures of people in the schema.

use async_graphql::{Context, Error, InputObject, Object, Result, SimpleObject, Upload};
use graphql::{Failure, Refusal, UserError, settle};
use ids::AvatarId;

use crate::{
    avatars::{
        self, Pictures, SetAvatarError,
        picture::{PictureError, SIZES},
    },
    context::Ctx,
    profiles::{Profile, graphql::User},
};

/// A square picture of somebody.
#[derive(SimpleObject)]
pub(crate) struct Avatar {
    /// Where it is: an address, or a path at the one of the API. What is there never changes; another picture is elsewhere.
    url: String,
    /// How wide it is, in pixels.
    width: i32,
    /// How high it is, in pixels.
    height: i32,
}

impl Avatar {
    /// The picture in the smallest size that has as many pixels as are wanted, or in the largest.
    pub(crate) fn of(pictures: &Pictures, avatar: AvatarId, wanted: i32) -> Self {
        let wanted = u32::try_from(wanted).unwrap_or(0);
        let largest = SIZES[SIZES.len() - 1];
        let size = SIZES.into_iter().find(|size| *size >= wanted).unwrap_or(largest);
        let pixels = i32::try_from(size).unwrap_or(i32::MAX);
        Self { url: pictures.url(avatar, size), width: pixels, height: pixels }
    }
}

/// A new picture.
#[derive(InputObject)]
struct SetAvatarInput {
    /// A PNG, JPEG, WebP or GIF file of up to 5 MiB and 26 million pixels, sent along by the GraphQL multipart request
    /// specification. The square in its middle is kept, and nothing else that is in the file.
    file: Upload,
}

/// What came of changing one's picture.
#[derive(SimpleObject)]
struct AvatarPayload {
    /// The viewer as they are now; null when nothing was changed.
    user: Option<User>,
    /// Why nothing was changed.
    errors: Vec<UserError>,
}

impl AvatarPayload {
    fn of(changed: Result<Profile, SetAvatarError>) -> Result<Self> {
        let (profile, errors) = settle(changed)?;
        Ok(Self { user: profile.map(User::from), errors })
    }
}

#[derive(Default)]
pub(crate) struct AvatarMutation;

#[Object]
impl AvatarMutation {
    /// Gives the viewer a new picture, in place of the one they had.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn set_avatar(&self, gql: &Context<'_>, input: SetAvatarInput) -> Result<AvatarPayload> {
        let file = input.file.value(gql).map_err(|error| Failure::BadUserInput.error(error))?;
        AvatarPayload::of(avatars::set(gql.data::<Ctx>()?, file.content).await)
    }

    /// Takes the viewer's picture away, from everywhere.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn remove_avatar(&self, gql: &Context<'_>) -> Result<AvatarPayload> {
        AvatarPayload::of(avatars::remove(gql.data::<Ctx>()?).await)
    }
}

impl Refusal for SetAvatarError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, path): (_, &[&str]) = match &self {
            Self::Picture(PictureError::TooLarge) => ("AVATAR_TOO_LARGE", &["input", "file"]),
            Self::Picture(PictureError::Format) => ("AVATAR_FORMAT_UNKNOWN", &["input", "file"]),
            Self::Picture(PictureError::TooManyPixels) => ("AVATAR_TOO_MANY_PIXELS", &["input", "file"]),
            Self::Picture(PictureError::Broken) => ("AVATAR_BROKEN", &["input", "file"]),
            Self::Busy => return Ok(UserError::rate_limited(self.to_string(), avatars::BUSY_FOR)),
            Self::Unauthenticated => return Err(Failure::unauthenticated()),
            Self::Missing => return Err(Failure::NotFound.error(self)),
            Self::Storage(_) | Self::Database(_) => return Err(Failure::internal(self)),
        };
        Ok(UserError::new(code, self.to_string(), path))
    }
}
