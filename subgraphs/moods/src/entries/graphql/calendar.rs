//! The calendar as GraphQL.

use async_graphql::SimpleObject;
use graphql::LocalDate;
use ids::UserId;

use crate::{entries::model, users::graphql::User};

/// A day on which somebody logged moods. By whose and which day it is, other services add to it; none of them leads here.
#[derive(Debug, SimpleObject)]
#[graphql(unresolvable = "user { id } date")]
pub(crate) struct MoodDay {
    /// Whose day it is.
    user: User,
    /// Which of their days.
    date: LocalDate,
    /// How many moods they logged for it; at least one.
    entries: i32,
    /// What the day was like, 1 to 5: the mean score of the moods about the whole day; of those about moments, when there
    /// is none about the day.
    score: f64,
    /// The lowest score of the day.
    lowest: i32,
    /// The highest score of the day.
    highest: i32,
}

impl MoodDay {
    pub(crate) fn of(owner: UserId, day: &model::CalendarDay) -> Self {
        Self {
            user: User::new(owner),
            date: LocalDate(day.date),
            entries: i32::try_from(day.entries).unwrap_or(i32::MAX),
            score: day.score,
            lowest: i32::from(day.lowest),
            highest: i32::from(day.highest),
        }
    }
}
