//! The fields that streaks adds to a person.

use async_graphql::{
    Context, ID, Object, Result,
    dataloader::{DataLoader, HashMapCache},
};
use graphql::{Connection, Failure};
use ids::UserId;

use crate::{
    awards::{
        self,
        graphql::{AwardedBadge, BadgeLoader, PointsEntry},
        model::PointsKey,
    },
    context::Ctx,
    members::{self, graphql::StreakSettings},
    streak::graphql::{Streak, StreakLoader},
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
    /// Which person this is.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// Their days in a row, for what they have ever done and want to keep; empty for everybody but themselves.
    async fn streaks(&self, gql: &Context<'_>) -> Result<Option<Vec<Streak>>> {
        let streaks = gql.data::<DataLoader<StreakLoader, HashMapCache>>()?.load_one(self.0).await;
        let streaks = streaks.map_err(Failure::internal)?.unwrap_or_default();
        Ok(Some(streaks.into_iter().map(Streak::from).collect()))
    }

    /// What they have earned and kept, oldest first; empty for those from whom they hide it.
    #[graphql(override_from = "users")]
    async fn badges(&self, gql: &Context<'_>) -> Result<Option<Vec<AwardedBadge>>> {
        let badges = gql.data::<DataLoader<BadgeLoader>>()?.load_one(self.0).await;
        let badges = badges.map_err(Failure::internal)?.unwrap_or_default();
        Ok(Some(badges.into_iter().map(AwardedBadge::from).collect()))
    }

    /// How many points they have; null for everybody but themselves.
    async fn points(&self, gql: &Context<'_>) -> Result<Option<i32>> {
        let points = awards::points(gql.data::<Ctx>()?, self.0).await.map_err(Failure::internal)?;
        Ok(points.map(|points| i32::try_from(points).unwrap_or(i32::MAX)))
    }

    /// How they came to their points, newest first; null for everybody but themselves.
    async fn points_history(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the line of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the line of this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<PointsEntry>>> {
        let page = graphql::page_request(first, after, last, before)?;
        let slice = awards::points_history(gql.data::<Ctx>()?, self.0, &page).await;
        let slice = slice.map_err(Failure::internal)?;
        Ok(slice
            .map(|slice| graphql::connection(slice, |entry| PointsKey { id: entry.id }, PointsEntry::from)))
    }

    /// What they chose about their streaks; null for everybody but themselves.
    async fn streak_settings(&self, gql: &Context<'_>) -> Result<Option<StreakSettings>> {
        let choices = members::choices(gql.data::<Ctx>()?, self.0).await.map_err(Failure::internal)?;
        Ok(choices.map(StreakSettings::from))
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
