//! Reactions in the schema.

use std::collections::HashMap;

use async_graphql::{
    Context, Enum, Error, ID, InputObject, Object, Result, SimpleObject,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use graphql::{Failure, Refusal, UserError, settle};
use service::Ctx;

use super::{Kind, ReactionError, Tally, Target};
use crate::{
    moments::{
        MomentId,
        graphql::{HugMoment, MomentLoader},
    },
    posts::graphql::{Post, PostLoader},
};

/// A way to react.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub(crate) enum ReactionKind {
    /// A hug.
    Hug,
    /// A heart.
    Heart,
    /// A smile.
    Smile,
    /// «You can do it.»
    Strength,
    /// «Well done.»
    Celebrate,
}

/// How many react in one way.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct ReactionCount {
    /// The way.
    kind: ReactionKind,
    /// How many, without those that the viewer can't see.
    count: i32,
}

/// The counts in the order of the ways, without those that nobody takes.
pub(crate) fn counts(tally: &Tally) -> Vec<ReactionCount> {
    let kinds = [Kind::Hug, Kind::Heart, Kind::Smile, Kind::Strength, Kind::Celebrate];
    let count =
        |kind: Kind| tally.counts.iter().find(|(counted, _)| *counted == kind).map(|(_, count)| *count);
    let shown = kinds.into_iter().filter_map(|kind| {
        let count = i32::try_from(count(kind)?).unwrap_or(i32::MAX);
        Some(ReactionCount { kind: kind.into(), count })
    });
    shown.collect()
}

/// To what to react, and how.
#[derive(Debug, InputObject)]
pub(crate) struct AddReactionInput {
    /// A post, a hug, a request for one, or a hug of a group.
    target_id: ID,
    /// How; it takes the place of the viewer's reaction from before.
    kind: ReactionKind,
}

/// To what to react no more.
#[derive(Debug, InputObject)]
pub(crate) struct RemoveReactionInput {
    /// A post, a hug, a request for one, or a hug of a group.
    target_id: ID,
}

/// What was reacted to, or why nothing was done.
#[derive(SimpleObject)]
pub(crate) struct ReactionPayload {
    /// The post with its reactions, if it was a post that the viewer may see.
    post: Option<Post>,
    /// The moment with its reactions, if it was one that the viewer may see.
    moment: Option<HugMoment>,
    /// What the user can mend.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct ReactionMutation;

#[Object]
impl ReactionMutation {
    /// Has the viewer react to a post, or to a hug, a request or a hug of a group, that they may see.
    /// `RATE_LIMITED` after 300, and then 360 an hour.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn add_reaction(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "To what, and how.")] input: AddReactionInput,
    ) -> Result<ReactionPayload> {
        let target = target(&input.target_id)?;
        payload(gql, target, super::add(gql.data::<Ctx>()?, target, input.kind.into()).await).await
    }

    /// Has the viewer react no more. Not to have reacted is no error.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn remove_reaction(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "To what.")] input: RemoveReactionInput,
    ) -> Result<ReactionPayload> {
        let target = target(&input.target_id)?;
        payload(gql, target, super::remove(gql.data::<Ctx>()?, target).await).await
    }
}

fn target(id: &ID) -> Result<Target> {
    Target::parse(id)
        .ok_or_else(|| Failure::BadUserInput.error("not the id of a post, a hug, a request or a group hug"))
}

async fn payload(
    gql: &Context<'_>,
    target: Target,
    done: Result<(), ReactionError>,
) -> Result<ReactionPayload> {
    let (done, errors) = settle(done)?;
    // An earlier mutation of the same request may have read them before.
    gql.data::<DataLoader<ReactionLoader, HashMapCache>>()?.clear::<Target>();
    let moments = gql.data::<DataLoader<MomentLoader, HashMapCache>>()?;
    moments.clear::<MomentId>();
    let mut payload = ReactionPayload { post: None, moment: None, errors };
    match target {
        _ if done.is_none() => {}
        Target::Post(id) => {
            let post = gql.data::<DataLoader<PostLoader>>()?.load_one(id).await;
            payload.post = post.map_err(Failure::internal)?.map(Post);
        }
        Target::Moment(id) => {
            let moment = moments.load_one(id).await.map_err(Failure::internal)?;
            payload.moment = moment.map(|moment| HugMoment(moment.id));
        }
    }
    Ok(payload)
}

impl Refusal for ReactionError {
    fn into_user_error(self) -> Result<UserError> {
        const TARGET: &[&str] = &["input", "targetId"];
        match self {
            Self::Missing(Target::Post(_)) => {
                Ok(UserError::new("POST_NOT_FOUND", "There is no such post.", TARGET))
            }
            Self::Missing(Target::Moment(_)) => {
                Ok(UserError::new("HUG_MOMENT_NOT_FOUND", "There is no such hug or request.", TARGET))
            }
            Self::TooMany(error) => Ok(UserError::rate_limited(error.to_string(), error.wait)),
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Projection(error) => Err(error.into_failure()),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

/// Reads the reactions to all that one request asks about.
pub(crate) struct ReactionLoader(pub(crate) Ctx);

impl Loader<Target> for ReactionLoader {
    type Value = Tally;
    type Error = Error;

    async fn load(&self, targets: &[Target]) -> Result<HashMap<Target, Tally>, Error> {
        super::tallies(&self.0, targets).await.map_err(Failure::internal)
    }
}
