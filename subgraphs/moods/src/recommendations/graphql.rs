//! Recommendations as GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{Failure, Refusal, UserError};
use ids::{RecommendationId, UserId};

use super::{
    catalogue,
    error::RecommendationError,
    model::{self, Origin, Rate},
};
use crate::{
    analytics::graphql::MoodFactor,
    context::Ctx,
    insights::{graphql::shown, sentence},
};

/// How many are shown when nothing is said.
const USUAL: i32 = 5;
/// How many are shown at most.
const MOST: i32 = 20;

/// Where a recommendation is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RecommendationOrigin {
    /// What goes with the owner's own better days.
    OwnPattern,
    /// The catalogue, which is the same for everybody.
    Catalogue,
}

/// What somebody thought of a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Rating")]
pub(crate) enum RecommendationRating {
    /// It did them good: it comes first from now on, and others like it before the rest.
    Helpful,
    /// It did neither.
    Neutral,
    /// It wasn't for them: it stays away for ninety days, and others like it come later.
    NotHelpful,
}

/// A quarter of the circumplex: how much energy is in a mood, and whether it is pleasant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "catalogue::Quadrant")]
pub(crate) enum MoodQuadrant {
    /// Much energy, pleasant: excited, joyful.
    HighPleasant,
    /// Little energy, pleasant: calm, content.
    LowPleasant,
    /// Much energy, unpleasant: anxious, angry.
    HighUnpleasant,
    /// Little energy, unpleasant: sad, drained.
    LowUnpleasant,
}

/// What an activity is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "catalogue::Topic")]
pub(crate) enum RecommendationTopic {
    /// To move.
    Move,
    /// To breathe.
    Breathe,
    /// To rest.
    Rest,
    /// To think or write.
    Reflect,
    /// To be outside.
    Nature,
    /// To be with others.
    Connect,
    /// To do something for others.
    Give,
    /// To make something.
    Create,
    /// To do something planned.
    Act,
}

/// The work that a recommendation is from.
#[derive(Debug, SimpleObject)]
pub(crate) struct RecommendationSource {
    /// Authors, year, title.
    title: String,
    /// Where it can be read.
    url: String,
}

/// Something that somebody may try, if they like.
#[derive(Debug, SimpleObject)]
pub(crate) struct Recommendation {
    /// Which recommendation this is; it stays the same.
    id: ID,
    /// Where it is from.
    origin: RecommendationOrigin,
    /// What to do, in a few English words.
    title: String,
    /// The same in full; of one's own pattern, the sentence that it rests on.
    text: String,
    /// How long it takes; null for one's own pattern.
    minutes: Option<i32>,
    /// The tag or association of one's own pattern.
    factor: Option<MoodFactor>,
    /// What it is like; null for one's own pattern.
    topic: Option<RecommendationTopic>,
    /// The moods that it is for; empty for one's own pattern.
    quadrants: Vec<MoodQuadrant>,
    /// The work that it is from; null for one's own pattern.
    source: Option<RecommendationSource>,
    /// What the viewer thought of it.
    rating: Option<RecommendationRating>,
    /// When they last said so.
    rated_at: Option<DateTime<Utc>>,
}

impl From<model::Recommendation> for Recommendation {
    fn from(recommendation: model::Recommendation) -> Self {
        let id = recommendation.id.to_string().into();
        let rating = recommendation.rated.map(|rated| rated.rating.into());
        let rated_at = recommendation.rated.map(|rated| rated.at);
        match recommendation.origin {
            Origin::Own(finding) => {
                let factor = finding.pattern.factor();
                Self {
                    id,
                    origin: RecommendationOrigin::OwnPattern,
                    title: factor.map(|factor| format!("Plan “{}”", factor.name())).unwrap_or_default(),
                    text: sentence::of(&finding),
                    minutes: None,
                    factor: factor.and_then(shown),
                    topic: None,
                    quadrants: Vec::new(),
                    source: None,
                    rating,
                    rated_at,
                }
            }
            Origin::Catalogue(activity) => Self {
                id,
                origin: RecommendationOrigin::Catalogue,
                title: activity.title.clone(),
                text: activity.text.clone(),
                minutes: Some(i32::from(activity.minutes)),
                factor: None,
                topic: Some(activity.topic.into()),
                quadrants: activity.quadrants.iter().map(|quadrant| (*quadrant).into()).collect(),
                source: Some(RecommendationSource {
                    title: activity.source.clone(),
                    url: activity.url.clone(),
                }),
                rating,
                rated_at,
            },
        }
    }
}

/// What the viewer thinks of a recommendation.
#[derive(Debug, InputObject)]
struct RateRecommendationInput {
    /// Which recommendation.
    id: ID,
    /// What they think of it.
    rating: RecommendationRating,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// What came of rating a recommendation.
#[derive(Debug, SimpleObject)]
struct RateRecommendationPayload {
    /// The recommendation as it is rated now, unless that was refused.
    recommendation: Option<Recommendation>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

#[derive(Debug, Default)]
pub(crate) struct RecommendationMutation;

#[Object]
impl RecommendationMutation {
    /// Says what the viewer thinks of a recommendation; what comes next goes by it. The latest rating counts.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn rate_recommendation(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which recommendation, and its rating.")] input: RateRecommendationInput,
    ) -> Result<RateRecommendationPayload> {
        let rated = match RecommendationId::try_from(&input.id) {
            Ok(id) => {
                let rating = input.rating.into();
                let command = Rate { id, rating, idempotency_key: input.idempotency_key };
                super::rate(gql.data::<Ctx>()?, command).await
            }
            Err(_) => Err(RecommendationError::Missing),
        };
        let (recommendation, errors) = graphql::settle(rated)?;
        let recommendation = recommendation.map(Recommendation::from);
        Ok(RateRecommendationPayload { recommendation, errors })
    }
}

/// The first of what is recommended to somebody; null for everybody but them.
pub(crate) async fn first(
    ctx: &Ctx,
    owner: UserId,
    first: Option<i32>,
) -> Result<Option<Vec<Recommendation>>> {
    let first = first.unwrap_or(USUAL);
    let first = usize::try_from(first).ok().filter(|_| first <= MOST);
    let first =
        first.ok_or_else(|| Failure::BadUserInput.error(format!("`first` must be from 0 to {MOST}")))?;
    let list = super::list(ctx, owner).await.map_err(Failure::internal)?;
    Ok(list.map(|list| list.into_iter().take(first).map(Recommendation::from).collect()))
}

impl Refusal for RecommendationError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        match self {
            Self::Unauthenticated(_) => Err(Failure::unauthenticated()),
            Self::Missing => Ok(UserError::new("RECOMMENDATION_NOT_FOUND", message, &["input", "id"])),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
