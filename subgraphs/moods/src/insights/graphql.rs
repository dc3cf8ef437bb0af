//! Insights as GraphQL.

mod object;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Connection, Failure, Refusal, UserError};
use ids::{InsightId, UserId};
use pagination::{DEFAULT_LIMIT, Direction, PageRequest};

pub(crate) use self::object::{MoodInsight, MoodInsightState, shown};
use super::{
    error::InsightError,
    model::{Insight, InsightKey},
};
use crate::context::Ctx;

/// Which insight is put away.
#[derive(Debug, InputObject)]
struct DismissMoodInsightInput {
    /// Which insight.
    id: ID,
}

/// Which insight comes back.
#[derive(Debug, InputObject)]
struct RestoreMoodInsightInput {
    /// Which insight.
    id: ID,
}

/// What came of putting an insight away, or of bringing it back.
#[derive(Debug, SimpleObject)]
struct MoodInsightPayload {
    /// The insight as it is now, unless it was refused.
    insight: Option<MoodInsight>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

impl MoodInsightPayload {
    fn of(outcome: Result<Insight, InsightError>) -> Result<Self> {
        let (insight, errors) = graphql::settle(outcome)?;
        Ok(Self { insight: insight.map(MoodInsight::from), errors })
    }
}

/// What came of `refreshMoodInsights`.
#[derive(SimpleObject)]
struct RefreshMoodInsightsPayload {
    /// The first twenty insights, the surest first, without those that were dismissed.
    insights: Option<Connection<MoodInsight>>,
    /// How old they are: no mood has changed since.
    state: Option<MoodInsightState>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct InsightMutation;

#[Object]
impl InsightMutation {
    /// Puts an insight of the viewer's away. It stays away until its evidence is materially another: its effect has left the interval
    /// that it had, or none of the days is left that it was about.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn dismiss_mood_insight(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which insight.")] input: DismissMoodInsightInput,
    ) -> Result<MoodInsightPayload> {
        MoodInsightPayload::of(match InsightId::try_from(&input.id) {
            Ok(id) => super::dismiss(gql.data::<Ctx>()?, id).await,
            Err(_) => Err(InsightError::Missing),
        })
    }

    /// Brings an insight of the viewer's back that they dismissed.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn restore_mood_insight(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which insight.")] input: RestoreMoodInsightInput,
    ) -> Result<MoodInsightPayload> {
        MoodInsightPayload::of(match InsightId::try_from(&input.id) {
            Ok(id) => super::restore(gql.data::<Ctx>()?, id).await,
            Err(_) => Err(InsightError::Missing),
        })
    }

    /// Computes the viewer's insights at once, if their moods have changed since the last time. Without it that happens by itself,
    /// within a minute.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn refresh_mood_insights(&self, gql: &Context<'_>) -> Result<RefreshMoodInsightsPayload> {
        let ctx = gql.data::<Ctx>()?;
        let (owner, errors) = graphql::settle(super::refresh(ctx).await)?;
        let Some(owner) = owner else {
            return Ok(RefreshMoodInsightsPayload { insights: None, state: None, errors });
        };
        let first =
            PageRequest { direction: Direction::Forward, limit: DEFAULT_LIMIT, after: None, before: None };
        let insights = page(ctx, owner, false, &first).await?;
        Ok(RefreshMoodInsightsPayload { insights, state: state(ctx, owner).await?, errors })
    }
}

/// A page of somebody's insights; null for everybody but them.
pub(crate) async fn page(
    ctx: &Ctx,
    owner: UserId,
    dismissed: bool,
    page: &PageRequest<InsightKey>,
) -> Result<Option<Connection<MoodInsight>>> {
    let slice = super::list(ctx, owner, dismissed, page).await.map_err(Failure::internal)?;
    Ok(slice.map(|slice| graphql::connection(slice, |insight| InsightKey::from(insight), MoodInsight::from)))
}

/// How old somebody's insights are; null for everybody but them.
pub(crate) async fn state(ctx: &Ctx, owner: UserId) -> Result<Option<MoodInsightState>> {
    let freshness = super::freshness(ctx, owner).await.map_err(Failure::internal)?;
    Ok(freshness.map(MoodInsightState::from))
}

impl Refusal for InsightError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Missing => Ok(UserError::new("MOOD_INSIGHT_NOT_FOUND", message, &["input", "id"])),
            Self::Compute(error) => Err(Failure::internal(error)),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
