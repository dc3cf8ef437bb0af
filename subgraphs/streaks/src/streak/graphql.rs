//! Streaks as GraphQL.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context, Enum, ID, Object, Result, SimpleObject,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use chrono::{DateTime, Utc};
use graphql::{Failure, LocalDate};
use ids::UserId;
use service::Ctx;

use super::{model, store::StoreError};

/// Loads the streaks that the request's viewer may see.
pub(crate) struct StreakLoader(pub(crate) Ctx);

impl Loader<UserId> for StreakLoader {
    type Value = Vec<model::Streak>;
    type Error = Arc<StoreError>;

    async fn load(&self, owners: &[UserId]) -> Result<HashMap<UserId, Vec<model::Streak>>, Self::Error> {
        let mut streaks = HashMap::new();
        // Of all these people at most one is the viewer, and nobody else's streaks are read.
        for owner in owners {
            streaks.insert(*owner, super::streaks_of(&self.0, *owner).await.map_err(Arc::new)?);
        }
        Ok(streaks)
    }
}

/// A person.
#[derive(Debug)]
pub(crate) struct User {
    id: UserId,
}

#[Object]
impl User {
    /// Which person this is.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// Their days in a row, for what they have ever done; empty for everybody but themselves.
    async fn streaks(&self, gql: &Context<'_>) -> Result<Option<Vec<Streak>>> {
        let streaks = gql.data::<DataLoader<StreakLoader, HashMapCache>>()?.load_one(self.id).await;
        let streaks = streaks.map_err(Failure::internal)?.unwrap_or_default();
        Ok(Some(streaks.into_iter().map(Streak::from).collect()))
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(&id).ok().map(|id| User { id })
    }
}

/// What a streak counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::StreakKind")]
pub(crate) enum StreakKind {
    /// Days with a mood.
    MoodLogging,
    /// Days with a hug sent or shared in a group.
    Hugging,
    /// Days on which somebody looked in.
    CheckIn,
}

/// How a streak stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::StreakState")]
pub(crate) enum StreakState {
    /// Today counts already.
    Active,
    /// Yesterday counts, today doesn't yet.
    AtRisk,
    /// A whole day was missed.
    Broken,
}

/// Days in a row.
#[derive(Debug, SimpleObject)]
pub(crate) struct Streak {
    /// What it counts.
    kind: StreakKind,
    /// How many days in a row there are now; 0 when it is broken.
    current: u32,
    /// The most days in a row that there ever were.
    longest: u32,
    /// How it stands today.
    state: StreakState,
    /// The instant by which the next day has to count: the end of the local day after the last one. Null when it is
    /// broken.
    deadline: Option<DateTime<Utc>>,
    /// The last day that counts.
    last_date: LocalDate,
    /// The first of the days in a row; null when it is broken.
    started_on: Option<LocalDate>,
}

impl From<model::Streak> for Streak {
    fn from(streak: model::Streak) -> Self {
        Self {
            kind: streak.kind.into(),
            current: streak.current,
            longest: streak.longest,
            state: streak.state.into(),
            deadline: streak.deadline,
            last_date: LocalDate(streak.last_date),
            started_on: streak.started_on.map(LocalDate),
        }
    }
}
