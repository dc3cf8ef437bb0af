//! What people choose about their streaks, as GraphQL.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError};

use super::{Choices, error::MemberError};
use crate::{context::Ctx, streak::graphql::StreakKind};

/// What somebody chose about their streaks.
#[derive(Debug, SimpleObject)]
pub(crate) struct StreakSettings {
    /// The streaks that are kept for them.
    tracked: Vec<StreakKind>,
    /// Whether others may see their badges; they may, unless they said otherwise.
    shows_badges: bool,
    /// Whether they consent to being compared with people who do so as well; not, unless they said so.
    on_leaderboard: bool,
}

impl From<Choices> for StreakSettings {
    fn from(choices: Choices) -> Self {
        Self {
            tracked: choices.tracked.into_iter().map(StreakKind::from).collect(),
            shows_badges: choices.shows_badges,
            on_leaderboard: choices.on_leaderboard,
        }
    }
}

/// Whether a streak is kept.
#[derive(Debug, InputObject)]
struct SetStreakTrackingInput {
    /// Which streak.
    kind: StreakKind,
    /// Whether it is kept from now on.
    tracked: bool,
}

/// Whether badges are shown.
#[derive(Debug, InputObject)]
struct SetBadgesShownInput {
    /// Whether others may see them from now on.
    shown: bool,
}

/// Whether somebody is compared with others.
#[derive(Debug, InputObject)]
struct SetLeaderboardConsentInput {
    /// Whether they consent to it from now on.
    consents: bool,
}

/// What came of choosing.
#[derive(Debug, SimpleObject)]
struct StreakSettingsPayload {
    /// What is chosen now, unless it was refused.
    settings: Option<StreakSettings>,
    /// Why it was refused; empty when it was not.
    errors: Vec<UserError>,
}

impl StreakSettingsPayload {
    fn of(outcome: Result<Choices, MemberError>) -> Result<Self> {
        let (choices, errors) = graphql::settle(outcome)?;
        Ok(Self { settings: choices.map(StreakSettings::from), errors })
    }
}

#[derive(Debug, Default)]
pub(crate) struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Begins or ends to keep a streak of the viewer's. One that isn't kept is shown to nobody, and earns nothing; when it
    /// is kept again, it is what it would have been.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn set_streak_tracking(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which streak, and whether it is kept.")] input: SetStreakTrackingInput,
    ) -> Result<StreakSettingsPayload> {
        let ctx = gql.data::<Ctx>()?;
        StreakSettingsPayload::of(super::set_tracking(ctx, input.kind.into(), input.tracked).await)
    }

    /// Shows the viewer's badges to others, or hides them.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn set_badges_shown(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whether they are shown.")] input: SetBadgesShownInput,
    ) -> Result<StreakSettingsPayload> {
        StreakSettingsPayload::of(super::set_badges_shown(gql.data::<Ctx>()?, input.shown).await)
    }

    /// Consents to being compared with people who consent as well, or no longer does.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn set_leaderboard_consent(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whether the viewer consents.")] input: SetLeaderboardConsentInput,
    ) -> Result<StreakSettingsPayload> {
        StreakSettingsPayload::of(super::set_leaderboard_consent(gql.data::<Ctx>()?, input.consents).await)
    }
}

impl Refusal for MemberError {
    fn into_user_error(self) -> Result<UserError> {
        match self {
            Self::Begin(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}
