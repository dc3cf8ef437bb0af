//! A post as clients see it.

use async_graphql::{
    Context, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, HashMapCache},
};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, UserError, connection, settle};
use pagination::Slice;

use super::{input::PostVisibility, shareable::Shareable};
use crate::{
    moments::graphql::MomentLoader,
    people::graphql::User,
    posts::{self, Position, PostError, Shared, Text},
    reactions::{
        Target,
        graphql::{ReactionCount, ReactionKind, ReactionLoader, counts},
    },
};

/// Something that somebody shares. Whoever sees it may see it: posts that a viewer may not see are missing.
#[derive(Debug, Clone)]
pub(crate) struct Post(pub(crate) posts::Post);

/// Something that somebody shares. Whoever sees it may see it: posts that a viewer may not see are missing.
#[Object]
impl Post {
    /// Its id, `pst_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who shares it.
    async fn author(&self) -> User {
        User(self.0.author)
    }

    /// What its author wrote, up to 500 characters.
    async fn text(&self) -> Option<String> {
        self.0.text.clone().map(Text::into_string)
    }

    /// Who its author shows it to.
    async fn visibility(&self) -> PostVisibility {
        self.0.visibility.into()
    }

    /// What it shares.
    async fn shared(&self) -> Shareable {
        Shareable::of(&self.0)
    }

    /// When it was shared.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// How many react to it in which way, without those that the viewer can't see.
    async fn reactions(&self, gql: &Context<'_>) -> Result<Option<Vec<ReactionCount>>> {
        let tally =
            gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.load_one(Target::Post(self.0.id)).await?;
        Ok(Some(counts(&tally.unwrap_or_default())))
    }

    /// How the viewer reacts to it; null when they don't.
    async fn viewer_reaction(&self, gql: &Context<'_>) -> Result<Option<ReactionKind>> {
        let tally =
            gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.load_one(Target::Post(self.0.id)).await?;
        Ok(tally.and_then(|tally| tally.own).map(ReactionKind::from))
    }
}

/// A page of posts. What is asked of all of them is read at once, before it is asked of each: the number of statements doesn't
/// hang on how fast that goes.
pub(crate) async fn post_connection(
    gql: &Context<'_>,
    slice: Slice<posts::Post>,
) -> Result<Connection<Post>> {
    let asked = gql.look_ahead();
    let asked_of_posts = |field| {
        asked.field("edges").field("node").field(field).exists() || asked.field("nodes").field(field).exists()
    };
    if asked_of_posts("reactions") || asked_of_posts("viewerReaction") {
        let targets = slice.items.iter().map(|post| Target::Post(post.id));
        gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.load_many(targets).await?;
    }
    if asked_of_posts("shared") {
        let hugs = slice.items.iter().filter_map(|post| match post.shared {
            Shared::Hug(hug) => Some((hug, post.author)),
            _ => None,
        });
        let moments = gql.data::<DataLoader<MomentLoader, HashMapCache>>()?;
        moments.load_many(hugs).await.map_err(Failure::internal)?;
    }
    Ok(connection(slice, |post| Position(post.id), Post))
}

/// The post, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct PostPayload {
    /// The post as it is now; null when there are errors.
    post: Option<Post>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

impl PostPayload {
    pub(super) fn of(result: Result<posts::Post, PostError>) -> Result<Self> {
        let (post, errors) = settle(result)?;
        Ok(Self { post: post.map(Post), errors })
    }
}

/// Which post is gone, or why none is.
#[derive(Debug, SimpleObject)]
pub(crate) struct DeletePostPayload {
    /// The id of the post that is gone; null when there are errors.
    pub(super) deleted_id: Option<ID>,
    /// What the user can mend.
    pub(super) errors: Vec<UserError>,
}
