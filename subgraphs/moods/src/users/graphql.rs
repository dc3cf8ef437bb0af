//! The fields that moods adds to a person.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use graphql::{Connection, Failure, LocalDate, TimeZone};
use ids::UserId;

use crate::{
    analytics::{
        self,
        graphql::{MoodAnalytics, MoodMeasure},
        model::Period,
    },
    context::Ctx,
    custom_moods::{self, graphql::CustomMood},
    entries::{
        self,
        graphql::{MoodDay, MoodEntry, MoodFilter, custom_moods_of},
        model::{DateRange, EntryKey, History, moment},
    },
    hug_effect::{self, graphql::HugEffect},
    insights::{
        self,
        graphql::{MoodInsight, MoodInsightState},
    },
    recommendations::{self, graphql::Recommendation},
    tags::{self, graphql::MoodTag, model::TagKey},
};

/// A person, whether or not there is one of that id.
#[derive(Debug, Clone)]
pub(crate) struct User {
    id: UserId,
    /// When they were hugged, as `hugs` told with the question.
    received_hug_instants: Option<Vec<DateTime<Utc>>>,
}

impl User {
    pub(crate) fn new(id: UserId) -> Self {
        Self { id, received_hug_instants: None }
    }
}

/// A person.
#[Object]
impl User {
    /// Which person this is.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The moods they have logged, newest first. Their owner sees all of them, others those shared with them.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection, the two ends of a range, and a filter"
    )]
    async fn moods(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the entry of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the entry of this cursor.")] before: Option<String>,
        #[graphql(desc = "Only moods of this instant or later.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only moods before this instant.")] to: Option<DateTime<Utc>>,
        #[graphql(desc = "Only moods that are like this. All, when nothing is said.")] filter: Option<
            MoodFilter,
        >,
    ) -> Result<Option<Connection<MoodEntry>>> {
        let page = graphql::page_request(first, after, last, before)?;
        let filter =
            filter.unwrap_or_default().parse().map_err(|error| Failure::BadUserInput.error(error))?;
        let query = History { owner: self.id, from, to, filter, page };
        let slice = entries::history(gql.data::<Ctx>()?, &query).await.map_err(Failure::internal)?;
        let made = custom_moods_of(gql, &slice).await?;
        let node = |entry| MoodEntry::of_page(entry, &made);
        Ok(Some(graphql::connection(slice, |entry| EntryKey::from(entry), node)))
    }

    /// The days from `from` to `to` for which they logged moods that the viewer may see, at most 366 days apart: a year in
    /// pixels. Days without moods aren't in it.
    async fn mood_calendar(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The first day.")] from: LocalDate,
        #[graphql(desc = "The last day, at most 365 days later.")] to: LocalDate,
    ) -> Result<Option<Vec<MoodDay>>> {
        let range = DateRange::parse(from.0, to.0).map_err(|error| Failure::BadUserInput.error(error))?;
        let days = entries::calendar(gql.data::<Ctx>()?, self.id, range).await.map_err(Failure::internal)?;
        Ok(Some(days.iter().map(|day| MoodDay::of(self.id, day)).collect()))
    }

    /// What their moods say from `from` to `to`, with its uncertainty; null for everybody but their owner.
    async fn mood_analytics(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The first day. 89 days before the last, when nothing is said.")] from: Option<
            LocalDate,
        >,
        #[graphql(desc = "The last day, at most ten years later. Today, when nothing is said.")] to: Option<
            LocalDate,
        >,
        #[graphql(
            desc = "Take days and hours anew in this zone. As they were when each mood was logged, when nothing \
                          is said."
        )]
        timezone: Option<TimeZone>,
        #[graphql(desc = "What is measured. The score, when nothing is said.")] of: Option<MoodMeasure>,
    ) -> Result<Option<MoodAnalytics>> {
        let zone = timezone.map(|zone| moment::zone(&zone.0)).transpose();
        let zone = zone.map_err(|error| Failure::BadUserInput.error(error))?;
        let query = analytics::model::Query { measure: of.unwrap_or(MoodMeasure::Score).into(), zone };
        let period = Period { from: from.map(|date| date.0), to: to.map(|date| date.0) };
        let analysis = analytics::analyse(gql.data::<Ctx>()?, self.id, period, query).await;
        Ok(analysis.map_err(analytics::graphql::failure)?.map(MoodAnalytics))
    }

    /// When they received hugs.
    #[graphql(external)]
    async fn received_hug_instants(&self) -> Option<&[DateTime<Utc>]> {
        self.received_hug_instants.as_deref()
    }

    /// How their moods were before and after hugs that they received, with what moods do otherwise to compare with; null for
    /// everybody but them.
    #[graphql(requires = "receivedHugInstants")]
    async fn hug_effect(&self, gql: &Context<'_>) -> Result<Option<HugEffect>> {
        let Some(instants) = self.received_hug_instants.clone() else {
            return Ok(None);
        };
        let changes = hug_effect::of(gql.data::<Ctx>()?, self.id, instants).await;
        Ok(changes.map_err(Failure::internal)?.map(HugEffect))
    }

    /// The words they tag their moods with, by name; null for everybody but their owner.
    async fn mood_tags(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the tag of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the tag of this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<MoodTag>>> {
        let page = graphql::page_request(first, after, last, before)?;
        let slice = tags::list(gql.data::<Ctx>()?, self.id, &page).await.map_err(Failure::internal)?;
        Ok(slice.map(|slice| graphql::connection(slice, |tag| TagKey::from(&tag.tag), MoodTag::from)))
    }

    /// Patterns in their moods, the surest first; none when their moods say nothing. Null for everybody but their owner.
    async fn mood_insights(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many to read from the start of the list, 0 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Read on after the insight of this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to read from the end of the list, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Read what stands before the insight of this cursor.")] before: Option<String>,
        #[graphql(desc = "Also those that they dismissed. Without them, when nothing is said.")]
        include_dismissed: Option<bool>,
    ) -> Result<Option<Connection<MoodInsight>>> {
        let page = graphql::page_request(first, after, last, before)?;
        let dismissed = include_dismissed.unwrap_or_default();
        insights::graphql::page(gql.data::<Ctx>()?, self.id, dismissed, &page).await
    }

    /// How old `moodInsights` are; null for everybody but their owner.
    async fn mood_insight_state(&self, gql: &Context<'_>) -> Result<Option<MoodInsightState>> {
        insights::graphql::state(gql.data::<Ctx>()?, self.id).await
    }

    /// What they may try, the best first: what goes with their own better days, then what fits their latest moods. Null for everybody
    /// but them.
    async fn recommendations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 0 to 20; 5 when nothing is said.")] first: Option<i32>,
    ) -> Result<Option<Vec<Recommendation>>> {
        recommendations::graphql::first(gql.data::<Ctx>()?, self.id, first).await
    }

    /// The moods of their own making, by name, at most 100; null for everybody but their owner.
    async fn custom_moods(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Also those that are archived. Without them, when nothing is said.")]
        archived: Option<bool>,
    ) -> Result<Option<Vec<CustomMood>>> {
        let moods = custom_moods::list(gql.data::<Ctx>()?, self.id, archived.unwrap_or_default()).await;
        Ok(moods.map_err(Failure::internal)?.map(|moods| moods.into_iter().map(CustomMood::from).collect()))
    }
}

#[derive(Debug, Default)]
pub(crate) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(
        &self,
        #[graphql(key)] id: ID,
        received_hug_instants: Option<Vec<DateTime<Utc>>>,
    ) -> Option<User> {
        let id = UserId::try_from(&id).ok()?;
        Some(User { id, received_hug_instants })
    }
}
