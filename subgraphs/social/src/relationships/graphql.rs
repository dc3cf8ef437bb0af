//! Relationships in the schema.

mod input;

use std::collections::HashMap;

use async_graphql::{Context, Error, ID, Object, Result, SimpleObject, dataloader::Loader};
use chrono::{DateTime, SubsecRound as _, Utc};
use graphql::{Failure, Refusal, UserError, parse_id, settle};
use ids::UserId;
use service::Ctx;

use self::input::{
    AcceptFollowRequestInput, BlockInput, FollowInput, MuteUserInput, RejectFollowRequestInput,
    RemoveFollowerInput, UnblockInput, UnfollowInput, UnmuteUserInput, WithdrawFollowRequestInput,
};
use super::{
    Command, ReadError, RelationshipError,
    model::{Action, Mute, Refused},
};

/// What is between the viewer and another person, as far as the viewer may know.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that clients ask for by name")]
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Relationship {
    /// The other person's id.
    id: ID,
    /// Whether the viewer follows the other person.
    following: bool,
    /// Whether the other person follows the viewer.
    followed_by: bool,
    /// Whether the viewer waits for the other person's consent to follow them.
    requested: bool,
    /// Whether the other person waits for the viewer's consent to follow them.
    requested_by: bool,
    /// Whether the viewer blocks the other person.
    blocking: bool,
    /// Whether the viewer mutes the other person, who isn't told.
    muting: bool,
    /// When the mute ends by itself; null when it doesn't, and when there is none.
    mute_expires_at: Option<DateTime<Utc>>,
}

impl From<super::Relationship> for Relationship {
    fn from(relationship: super::Relationship) -> Self {
        Self {
            id: relationship.other.to_string().into(),
            following: relationship.following,
            followed_by: relationship.followed_by,
            requested: relationship.requested,
            requested_by: relationship.requested_by,
            blocking: relationship.blocking,
            muting: relationship.muting,
            mute_expires_at: relationship.mute_expires_at,
        }
    }
}

/// What came of a change to a relationship.
#[derive(Debug, SimpleObject)]
pub(crate) struct RelationshipPayload {
    /// What is between the two now; null when the change was refused.
    relationship: Option<Relationship>,
    /// Why the change was refused; empty when it wasn't.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct RelationshipMutation;

#[Object]
impl RelationshipMutation {
    /// Follows a person, or asks to where that takes their consent: the relationship is then `requested`. Following somebody
    /// twice is following once. `RATE_LIMITED` after 200, and then 200 a day.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn follow(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to follow.")] input: FollowInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Follow, &input.user_id, input.idempotency_key).await
    }

    /// Ends following a person, or waiting for their consent to.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn unfollow(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to follow no more.")] input: UnfollowInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Unfollow, &input.user_id, None).await
    }

    /// Ends waiting for a person's consent to follow them.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn withdraw_follow_request(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whose consent to wait for no more.")] input: WithdrawFollowRequestInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Withdraw, &input.user_id, None).await
    }

    /// Lets a person follow the viewer who asks for it.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn accept_follow_request(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to let follow.")] input: AcceptFollowRequestInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Accept, &input.user_id, None).await
    }

    /// Turns down the wish of a person to follow the viewer. They aren't told, and may ask again.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn reject_follow_request(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whose wish to turn down.")] input: RejectFollowRequestInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Reject, &input.user_id, None).await
    }

    /// Has a person follow the viewer no more. They aren't told, and may follow or ask again.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn remove_follower(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Who follows no more.")] input: RemoveFollowerInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::RemoveFollower, &input.user_id, None).await
    }

    /// Blocks a person: neither follows the other any more, or asks to, and neither sees the other anywhere.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn block(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to block.")] input: BlockInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Block, &input.user_id, None).await
    }

    /// Ends blocking a person. Follows that the block has ended stay ended.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn unblock(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to block no more.")] input: UnblockInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Unblock, &input.user_id, None).await
    }

    /// Mutes a person: nothing of theirs comes in the feeds and suggestions made for the viewer. They aren't told. Muting
    /// somebody again replaces the end of the mute.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn mute_user(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to mute, and until when.")] input: MuteUserInput,
    ) -> Result<RelationshipPayload> {
        let mute = Mute { until: input.until.map(|until| until.trunc_subsecs(6)) };
        change(gql, Action::Mute(mute), &input.user_id, None).await
    }

    /// Ends muting a person.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn unmute_user(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to mute no more.")] input: UnmuteUserInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Unmute, &input.user_id, None).await
    }
}

async fn change(
    gql: &Context<'_>,
    action: Action,
    user_id: &ID,
    idempotency_key: Option<String>,
) -> Result<RelationshipPayload> {
    let command = Command { action, other: parse_id(user_id)?, idempotency_key };
    let (relationship, errors) = settle(super::change(gql.data::<Ctx>()?, command).await)?;
    Ok(RelationshipPayload { relationship: relationship.map(Relationship::from), errors })
}

const USER_ID: &[&str] = &["input", "userId"];

impl Refusal for RelationshipError {
    fn into_user_error(self) -> Result<UserError> {
        let of_person = |code, message| Ok(UserError::new(code, message, USER_ID));
        match self {
            Self::Oneself(Action::Block | Action::Unblock) => {
                of_person("CANNOT_BLOCK_SELF", "You can't block yourself.")
            }
            Self::Oneself(Action::Mute(_) | Action::Unmute) => {
                of_person("CANNOT_MUTE_SELF", "You can't mute yourself.")
            }
            Self::Oneself(_) => of_person("CANNOT_FOLLOW_SELF", "You can't follow yourself."),
            Self::Refused(Refused::Missing) => of_person("USER_NOT_FOUND", "There is no such person."),
            Self::Refused(Refused::Blocking) => {
                of_person("USER_BLOCKED", "You block this person: unblock first.")
            }
            Self::Refused(Refused::NoRequest) => {
                of_person("FOLLOW_REQUEST_NOT_FOUND", "This person doesn't ask to follow you.")
            }
            Self::MuteEnd => {
                Ok(UserError::new("MUTE_END_INVALID", "A mute ends in the future.", &["input", "until"]))
            }
            Self::Idempotency(error) => error.into_user_error(),
            Self::TooMany(error) => Ok(UserError::rate_limited(error.to_string(), error.wait)),
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Projection(error) => Err(error.into_failure()),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

impl ReadError {
    pub(crate) fn into_failure(self) -> Error {
        match self {
            Self::Unauthenticated(_) => Failure::unauthenticated(),
            Self::Database(error) => Failure::internal(error),
        }
    }
}

/// Reads the relationships with all the people that one request asks about.
pub(crate) struct RelationshipLoader(pub(crate) Ctx);

/// The relationship of the viewer with this person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct With(pub(crate) UserId);

impl Loader<With> for RelationshipLoader {
    type Value = Relationship;
    type Error = Error;

    async fn load(&self, keys: &[With]) -> Result<HashMap<With, Relationship>, Error> {
        let others: Vec<UserId> = keys.iter().map(|key| key.0).collect();
        let found = super::with(&self.0, &others).await.map_err(ReadError::into_failure)?;
        Ok(found.into_iter().map(|(other, relationship)| (With(other), relationship.into())).collect())
    }
}
