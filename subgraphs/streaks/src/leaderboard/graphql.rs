//! The leaderboard as GraphQL.

use async_graphql::{Context, Object, Result, SimpleObject};
use graphql::Failure;

use super::{LeaderboardError, model::Place};
use crate::{context::Ctx, streak::graphql::StreakKind, users::graphql::User};

/// The most places, and how many there are when nothing is said.
const MAX_PLACES: i32 = 100;
const DEFAULT_PLACES: i32 = 20;

/// Somebody's place on the leaderboard.
#[derive(Debug, SimpleObject)]
struct LeaderboardPlace {
    /// 1 for the longest streak; the same for those that are equally long.
    rank: i32,
    /// Whose it is.
    user: User,
    /// Days in a row.
    current: i32,
}

impl From<Place> for LeaderboardPlace {
    fn from(place: Place) -> Self {
        let rank = i32::try_from(place.rank).unwrap_or(i32::MAX);
        Self { rank, user: User::new(place.user_id), current: place.days }
    }
}

#[derive(Debug, Default)]
pub(crate) struct LeaderboardQuery;

#[Object]
impl LeaderboardQuery {
    /// The running streaks of the viewer and of the people they follow, the longest first: of those who consent to it. Empty
    /// when the viewer doesn't.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn leaderboard(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which streaks.")] kind: StreakKind,
        #[graphql(desc = "How many places, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
    ) -> Result<Option<Vec<LeaderboardPlace>>> {
        let first = first.unwrap_or(DEFAULT_PLACES);
        let Some(limit) = u64::try_from(first).ok().filter(|_| (1..=MAX_PLACES).contains(&first)) else {
            return Err(Failure::BadUserInput.error(format!("`first` must be from 1 to {MAX_PLACES}")));
        };
        match super::leaderboard(gql.data::<Ctx>()?, kind.into(), limit).await {
            Ok(places) => Ok(Some(places.into_iter().map(LeaderboardPlace::from).collect())),
            Err(LeaderboardError::Unauthenticated(_)) => Err(Failure::unauthenticated()),
            Err(LeaderboardError::Store(error)) => Err(Failure::internal(error)),
        }
    }
}
