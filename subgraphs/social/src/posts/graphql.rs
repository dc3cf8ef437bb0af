//! Posts in the schema.

mod input;
mod object;
mod shareable;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, Loader},
};
use graphql::{Failure, Refusal, UserError, parse_id, settle};
use ids::PostId;
use service::Ctx;

pub(crate) use self::object::{Post, post_connection};
use self::{
    input::{CreatePostInput, DeletePostInput, UpdatePostVisibilityInput},
    object::{DeletePostPayload, PostPayload},
};
use super::PostError;
use crate::store::StoreError;

#[derive(Debug, Default)]
pub(crate) struct PostQuery;

#[Object]
impl PostQuery {
    /// A post; null when there is none with this id that the viewer may see.
    async fn post(&self, gql: &Context<'_>, #[graphql(desc = "Which post.")] id: ID) -> Result<Option<Post>> {
        visible(gql, &id).await
    }

    #[graphql(entity)]
    async fn post_by_id(&self, gql: &Context<'_>, #[graphql(key)] id: ID) -> Result<Option<Post>> {
        visible(gql, &id).await
    }
}

/// An id that is none of ours is as missing as a post that never was.
async fn visible(gql: &Context<'_>, id: &ID) -> Result<Option<Post>> {
    let Ok(id) = PostId::try_from(id) else { return Ok(None) };
    let post = gql.data::<DataLoader<PostLoader>>()?.load_one(id).await;
    Ok(post.map_err(Failure::internal)?.map(Post))
}

#[derive(Debug, Default)]
pub(crate) struct PostMutation;

#[Object]
impl PostMutation {
    /// Shares a mood, a hug, a streak or a badge of the viewer's own. `RATE_LIMITED` after 30, and then 30 an hour.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn create_post(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What to share, with whom.")] input: CreatePostInput,
    ) -> Result<PostPayload> {
        let created = match input.parse()? {
            Ok(new) => super::create(gql.data::<Ctx>()?, new).await,
            Err(error) => Err(error),
        };
        PostPayload::of(created)
    }

    /// Takes a post of the viewer's back, for good.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn delete_post(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which post.")] input: DeletePostInput,
    ) -> Result<DeletePostPayload> {
        let deleted = super::delete(gql.data::<Ctx>()?, parse_id(&input.id)?).await;
        let (deleted, errors) = settle(deleted)?;
        Ok(DeletePostPayload { deleted_id: deleted.map(|id| id.to_string().into()), errors })
    }

    /// Shows a post of the viewer's to others than before.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn update_post_visibility(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which post, and who may see it.")] input: UpdatePostVisibilityInput,
    ) -> Result<PostPayload> {
        let id = parse_id(&input.id)?;
        PostPayload::of(super::update_visibility(gql.data::<Ctx>()?, id, input.visibility.into()).await)
    }
}

impl Refusal for PostError {
    fn into_user_error(self) -> Result<UserError> {
        let refusal = |code, message: &str, part| Ok(UserError::new(code, message, &["input", part]));
        match self {
            Self::NotOneThing => Ok(UserError::new(
                "SHARE_NOT_ONE_THING",
                "A post shares one thing: a mood, a hug, a streak or a badge.",
                &["input"],
            )),
            Self::Text(error) => Ok(UserError::new("TEXT_TOO_LONG", error.to_string(), &["input", "text"])),
            Self::MoodMissing => refusal("MOOD_NOT_FOUND", "You have no such mood.", "moodId"),
            Self::HugMissing => refusal("HUG_NOT_FOUND", "You have no such hug.", "hugId"),
            Self::StreakMissing => refusal("STREAK_NOT_FOUND", "You have no such streak.", "streak"),
            Self::BadgeMissing => refusal("BADGE_NOT_FOUND", "You have no such badge.", "badge"),
            Self::Anonymous => refusal(
                "HUG_ANONYMOUS",
                "You hugged without your name: sharing this would tell who you are.",
                "hugId",
            ),
            Self::TooWide => {
                refusal("VISIBILITY_TOO_WIDE", "Fewer people may see the mood itself.", "visibility")
            }
            Self::Missing => refusal("POST_NOT_FOUND", "You have no such post.", "id"),
            Self::Idempotency(error) => error.into_user_error(),
            Self::TooMany(error) => Ok(UserError::rate_limited(error.to_string(), error.wait)),
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Projection(error) => Err(error.into_failure()),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

/// Loads the posts that the request's viewer may see.
pub(crate) struct PostLoader(pub(crate) Ctx);

impl Loader<PostId> for PostLoader {
    type Value = super::Post;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[PostId]) -> Result<HashMap<PostId, super::Post>, Self::Error> {
        super::visible(&self.0, ids).await.map_err(Arc::new)
    }
}

/// A post for moderators, whoever may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reported(pub(crate) PostId);

impl Loader<Reported> for PostLoader {
    type Value = super::Post;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[Reported]) -> Result<HashMap<Reported, super::Post>, Self::Error> {
        let ids: Vec<PostId> = ids.iter().map(|reported| reported.0).collect();
        let posts = super::any(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(posts.into_iter().map(|post| (Reported(post.id), post)).collect())
    }
}
