//! The fields that hugs adds to a person.

use std::collections::HashMap;

use async_graphql::{
    Context, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use graphql::Failure;
use ids::UserId;

use crate::{
    batch::{Batch, BatchError},
    hugs::stats,
};

/// A person, whether or not there is one of that id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User(UserId);

impl User {
    pub(crate) fn new(id: UserId) -> Self {
        Self(id)
    }
}

/// A person.
#[Object]
impl User {
    /// Their id, `usr_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// How many hugs they sent and received, as far as the viewer may know.
    async fn hug_stats(&self, gql: &Context<'_>) -> Result<Option<HugStats>> {
        let stats = gql.data::<DataLoader<Batch>>()?;
        Ok(Some(stats.load_one(self.0).await.map_err(Failure::internal)?.unwrap_or_default().into()))
    }
}

/// How many hugs somebody sent and received, without those that were taken back.
#[derive(SimpleObject)]
pub(crate) struct HugStats {
    /// Hugs they sent.
    sent: i32,
    /// Hugs they received.
    received: i32,
    /// How many of the hugs they sent were thanked for.
    thanked: i32,
}

impl From<stats::HugStats> for HugStats {
    fn from(stats: stats::HugStats) -> Self {
        let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Self { sent: number(stats.sent), received: number(stats.received), thanked: number(stats.thanked) }
    }
}

#[derive(Debug, Default)]
pub(crate) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(&id).ok().map(User)
    }
}

impl Loader<UserId> for Batch {
    type Value = stats::HugStats;
    type Error = BatchError;

    async fn load(&self, people: &[UserId]) -> Result<HashMap<UserId, stats::HugStats>, BatchError> {
        Ok(stats::of_people(&self.0, people).await?)
    }
}
