//! Streaks as GraphQL.

mod mood_day;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, Object, Result, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use graphql::{Failure, LocalDate, UserError};
use ids::UserId;

pub(crate) use self::mood_day::MoodDayQuery;
use super::{model, store::StoreError};
use crate::{awards, context::Ctx};

/// The most days of a calendar: a leap year.
const MAX_CALENDAR_DAYS: i64 = 366;

/// Loads the streaks that the request's viewer may see.
pub(crate) struct StreakLoader(pub(crate) Ctx);

impl Loader<UserId> for StreakLoader {
    type Value = Vec<model::Reckoning>;
    type Error = Arc<StoreError>;

    async fn load(&self, owners: &[UserId]) -> Result<HashMap<UserId, Self::Value>, Self::Error> {
        let mut streaks = HashMap::new();
        // Of all these people at most one is the viewer, and nobody else's streaks are read.
        for owner in owners {
            streaks.insert(*owner, super::streaks_of(&self.0, *owner).await.map_err(Arc::new)?);
        }
        Ok(streaks)
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
    /// The day before counts, or nothing was needed on it; today doesn't count yet.
    AtRisk,
    /// A freeze held the day before; today doesn't count yet.
    Frozen,
    /// Nothing is needed today.
    Paused,
    /// A whole day was missed, and nothing held it.
    Broken,
}

/// What became of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::DayState")]
enum StreakDayState {
    /// What the streak counts happened on it.
    Counted,
    /// It was missed, and a freeze held it: the streak went on and is no longer for it.
    Frozen,
    /// It was missed, and made to count.
    Repaired,
    /// Nothing was needed on it, or will be.
    Paused,
    /// It was missed, and nothing held it.
    Missed,
}

/// A day of a streak's calendar.
#[derive(Debug, SimpleObject)]
struct StreakDay {
    /// Which of the owner's days.
    date: LocalDate,
    /// What became of it.
    state: StreakDayState,
}

/// A length that is celebrated.
#[derive(Debug, SimpleObject)]
struct StreakMilestone {
    /// Days in a row.
    days: u32,
    /// The points that it earns when it is reached for the first time.
    points: i32,
}

/// Days in a row.
#[derive(Debug)]
pub(crate) struct Streak(model::Reckoning);

#[Object]
impl Streak {
    /// What it counts.
    async fn kind(&self) -> StreakKind {
        self.0.streak.kind.into()
    }

    /// How many days in a row there are now; 0 when it is broken. Days that a freeze held or a pause passed over don't add
    /// to it.
    async fn current(&self) -> u32 {
        self.0.streak.current
    }

    /// The most days in a row that there ever were.
    async fn longest(&self) -> u32 {
        self.0.streak.longest
    }

    /// How it stands today.
    async fn state(&self) -> StreakState {
        self.0.streak.state.into()
    }

    /// The instant by which the next day has to count, lest a freeze be used or the streak end: the end of the next local
    /// day on which something is needed. Null when it is broken.
    async fn deadline(&self) -> Option<DateTime<Utc>> {
        self.0.streak.deadline
    }

    /// The last day that counts.
    async fn last_date(&self) -> LocalDate {
        LocalDate(self.0.streak.last_date)
    }

    /// The first of the days in a row; null when it is broken.
    async fn started_on(&self) -> Option<LocalDate> {
        self.0.streak.started_on.map(LocalDate)
    }

    /// How many missed days in a row would be held by themselves; at most two. Seven days in a row earn one.
    async fn freezes_held(&self) -> u32 {
        self.0.streak.freezes_held
    }

    /// The next length that is celebrated.
    async fn next_milestone(&self) -> Option<StreakMilestone> {
        let milestone = awards::model::next_milestone(self.0.streak.current)?;
        Some(StreakMilestone { days: milestone.days, points: milestone.points })
    }

    /// The missed day that `repairStreak` would make count now; null when there is none, or the last repair is less than
    /// seven days ago.
    async fn repairable_date(&self) -> Option<LocalDate> {
        self.0.streak.repairable_date.map(LocalDate)
    }

    /// What became of the days from `from` to `to`, at most 366, and what is planned for them. Days before the first that
    /// counts aren't in it, nor are days that aren't over yet.
    async fn calendar(
        &self,
        #[graphql(desc = "The first day.")] from: LocalDate,
        #[graphql(desc = "The last day, at most 365 days later.")] to: LocalDate,
    ) -> Result<Vec<StreakDay>> {
        let days = (to.0 - from.0).num_days() + 1;
        if !(1..=MAX_CALENDAR_DAYS).contains(&days) {
            let message = format!("a calendar has 1 to {MAX_CALENDAR_DAYS} days");
            return Err(Failure::BadUserInput.error(message));
        }
        let dates = from.0.iter_days().take_while(|date| *date <= to.0);
        let day =
            |date| self.0.day(date).map(|state| StreakDay { date: LocalDate(date), state: state.into() });
        Ok(dates.filter_map(day).collect())
    }
}

impl From<model::Reckoning> for Streak {
    fn from(reckoning: model::Reckoning) -> Self {
        Self(reckoning)
    }
}

/// What came of doing something for a streak.
#[derive(Debug, SimpleObject)]
pub(crate) struct StreakPayload {
    /// The streak as it is now, unless it was refused; null as well while nothing ever counted, and when it isn't kept.
    streak: Option<Streak>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

impl StreakPayload {
    pub(crate) fn of<E: graphql::Refusal>(outcome: Result<Option<model::Reckoning>, E>) -> Result<Self> {
        let (reckoning, errors) = graphql::settle(outcome)?;
        Ok(Self { streak: reckoning.flatten().map(Streak::from), errors })
    }
}
