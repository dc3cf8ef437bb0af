//! What a streak says of a day with moods. Such days are shown by `moods`; they are known here by whose and which they are.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use graphql::{Failure, LocalDate};
use ids::UserId;

use crate::{streak::numbering::OwnMoodStreak, users::graphql::User};

/// A day of somebody's, whether or not they logged moods on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoodDay {
    user_id: UserId,
    date: NaiveDate,
}

/// A day on which somebody logged moods.
#[Object]
impl MoodDay {
    /// Whose day it is.
    async fn user(&self) -> User {
        User::new(self.user_id)
    }

    /// Which of their days.
    async fn date(&self) -> LocalDate {
        LocalDate(self.date)
    }

    /// Which of their days in a row it was by their streak of logging moods, 1 for the first; null for everybody but them, and
    /// when they don't keep that streak.
    async fn streak_day(&self, gql: &Context<'_>) -> Result<Option<u32>> {
        let streak = gql.data::<OwnMoodStreak>()?;
        streak.number_of(self.user_id, self.date).await.map_err(Failure::internal)
    }
}

/// Whose day is meant.
#[derive(Debug, InputObject)]
struct MoodDayOwner {
    /// The person.
    id: ID,
}

#[derive(Debug, Default)]
pub(crate) struct MoodDayQuery;

#[Object]
impl MoodDayQuery {
    #[graphql(entity)]
    async fn find_mood_day(&self, user: MoodDayOwner, date: LocalDate) -> Option<MoodDay> {
        let user_id = UserId::try_from(&user.id).ok()?;
        Some(MoodDay { user_id, date: date.0 })
    }
}
