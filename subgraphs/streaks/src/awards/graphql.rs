//! Points and badges as GraphQL.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use graphql::{Failure, Refusal, UserError};
use ids::UserId;

use super::{
    error::RedeemError,
    model::{self, Award, BuyFreeze},
};
use crate::{
    context::Ctx,
    streak::{
        graphql::{StreakKind, StreakPayload},
        store::StoreError,
    },
};

/// Loads the badges that the request's viewer may see.
pub(crate) struct BadgeLoader(pub(crate) Ctx);

impl Loader<UserId> for BadgeLoader {
    type Value = Vec<Award>;
    type Error = Arc<StoreError>;

    async fn load(&self, owners: &[UserId]) -> Result<HashMap<UserId, Vec<Award>>, Self::Error> {
        super::badges_of(&self.0, owners).await.map_err(Arc::new)
    }
}

/// Something that is earned once and kept.
#[derive(Debug, SimpleObject)]
#[graphql(unresolvable = "code")]
pub(crate) struct Badge {
    /// Which badge of the catalogue this is.
    code: String,
}

/// A badge that somebody has.
#[derive(Debug, SimpleObject)]
#[graphql(shareable)]
pub(crate) struct AwardedBadge {
    /// Which badge.
    badge: Badge,
    /// When it was awarded.
    awarded_at: DateTime<Utc>,
}

impl From<Award> for AwardedBadge {
    fn from(award: Award) -> Self {
        Self { badge: Badge { code: award.badge }, awarded_at: award.awarded_at }
    }
}

/// Why points came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum PointsReason {
    /// A streak came to a length that is celebrated, for the first time.
    Milestone,
    /// A freeze was bought.
    Freeze,
}

/// A line of somebody's points. Lines are only ever added.
#[derive(Debug, SimpleObject)]
pub(crate) struct PointsEntry {
    /// Which line this is.
    id: ID,
    /// How many points came; below zero when they went.
    amount: i32,
    /// Why.
    reason: PointsReason,
    /// The streak that it is about.
    kind: StreakKind,
    /// The days in a row that were celebrated; null when it was something else.
    milestone: Option<u32>,
    /// When.
    at: DateTime<Utc>,
}

impl From<model::PointsEntry> for PointsEntry {
    fn from(entry: model::PointsEntry) -> Self {
        let (reason, milestone) = match entry.reason {
            model::Reason::Milestone(days) => (PointsReason::Milestone, Some(days)),
            model::Reason::Freeze => (PointsReason::Freeze, None),
        };
        let (id, kind) = (entry.id.to_string().into(), entry.kind.into());
        Self { id, amount: entry.amount, reason, kind, milestone, at: entry.made_at }
    }
}

/// What points are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum StreakReward {
    /// A freeze, for 50 points; no more than two are held at once.
    Freeze,
}

/// What is wanted for points.
#[derive(Debug, InputObject)]
struct RedeemPointsInput {
    /// What is wanted.
    reward: StreakReward,
    /// For which of the viewer's streaks.
    kind: StreakKind,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct AwardMutation;

#[Object]
impl AwardMutation {
    /// Gives points for something that a running streak of the viewer's gets.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn redeem_points(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "What is wanted, and for which streak.")] input: RedeemPointsInput,
    ) -> Result<StreakPayload> {
        let RedeemPointsInput { reward: StreakReward::Freeze, kind, idempotency_key } = input;
        let command = BuyFreeze { kind: kind.into(), idempotency_key };
        StreakPayload::of(super::buy_freeze(gql.data::<Ctx>()?, command).await)
    }
}

impl Refusal for RedeemError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        let refusal = |code, path: &[&str]| Ok(UserError::new(code, message, path));
        match self {
            Self::NotRunning => refusal("STREAK_NOT_RUNNING", &["input", "kind"]),
            Self::FreezesFull => refusal("FREEZES_FULL", &["input", "reward"]),
            Self::Insufficient => refusal("POINTS_INSUFFICIENT", &["input", "reward"]),
            Self::Begin(error) => error.into_user_error(),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
