//! Relationships in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use graphql::{Failure, Refusal, UserError, parse_id, settle};
use idempotency::IdempotencyError;
use ids::UserId;
use service::Ctx;

use super::{
    Command, RelationshipError,
    model::{Action, Refused},
};
use crate::people::PeopleError;

/// What is between the viewer and another person, as far as the viewer may know.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Relationship {
    /// The other person's id.
    id: ID,
    /// Whether the viewer follows the other person.
    following: bool,
    /// Whether the other person follows the viewer.
    followed_by: bool,
    /// Whether the viewer blocks the other person.
    blocking: bool,
}

impl From<super::Relationship> for Relationship {
    fn from(relationship: super::Relationship) -> Self {
        Self {
            id: relationship.other.to_string().into(),
            following: relationship.following,
            followed_by: relationship.followed_by,
            blocking: relationship.blocking,
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

/// Whom to follow.
#[derive(Debug, InputObject)]
pub(crate) struct FollowInput {
    /// The person to follow.
    user_id: ID,
    /// 1 to 255 characters of the client's choice. The same key within 24 hours gives the same answer again.
    idempotency_key: Option<String>,
}

/// Whom to follow no more.
#[derive(Debug, InputObject)]
pub(crate) struct UnfollowInput {
    /// The person to follow no more.
    user_id: ID,
}

/// Whom to block.
#[derive(Debug, InputObject)]
pub(crate) struct BlockInput {
    /// The person to block.
    user_id: ID,
}

/// Whom to block no more.
#[derive(Debug, InputObject)]
pub(crate) struct UnblockInput {
    /// The person to block no more.
    user_id: ID,
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Follows a person. Following somebody twice is following once.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn follow(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to follow.")] input: FollowInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Follow, &input.user_id, input.idempotency_key).await
    }

    /// Ends following a person.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn unfollow(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whom to follow no more.")] input: UnfollowInput,
    ) -> Result<RelationshipPayload> {
        change(gql, Action::Unfollow, &input.user_id, None).await
    }

    /// Blocks a person: neither follows the other any more, and neither sees the other anywhere.
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
const IDEMPOTENCY_KEY: &[&str] = &["input", "idempotencyKey"];

impl Refusal for RelationshipError {
    fn into_user_error(self) -> Result<UserError> {
        Ok(match self {
            Self::Oneself(Action::Follow | Action::Unfollow) => {
                UserError::new("CANNOT_FOLLOW_SELF", "You can't follow yourself.", USER_ID)
            }
            Self::Oneself(Action::Block | Action::Unblock) => {
                UserError::new("CANNOT_BLOCK_SELF", "You can't block yourself.", USER_ID)
            }
            Self::Refused(Refused::Missing) => {
                UserError::new("USER_NOT_FOUND", "There is no such person.", USER_ID)
            }
            Self::Refused(Refused::Blocking) => {
                UserError::new("USER_BLOCKED", "You block this person: unblock first.", USER_ID)
            }
            Self::Idempotency(error @ IdempotencyError::Reused) => {
                UserError::new("IDEMPOTENCY_KEY_REUSED", error.to_string(), IDEMPOTENCY_KEY)
            }
            Self::Idempotency(error @ IdempotencyError::Malformed) => {
                UserError::new("IDEMPOTENCY_KEY_MALFORMED", error.to_string(), IDEMPOTENCY_KEY)
            }
            Self::Unauthenticated(_) => return Err(Failure::unauthenticated()),
            Self::People(error @ PeopleError::Behind) => {
                return Err(Failure::UpstreamUnavailable.error(error));
            }
            Self::Idempotency(IdempotencyError::Database(error))
            | Self::People(PeopleError::Database(error))
            | Self::Database(error) => return Err(Failure::internal(error)),
        })
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
        let found = super::with(&self.0, &others).await.map_err(Failure::internal)?;
        Ok(found.into_iter().map(|(other, relationship)| (With(other), relationship.into())).collect())
    }
}
