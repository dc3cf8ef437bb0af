//! Looking in, repairs and pauses as GraphQL.

use async_graphql::{Context, InputObject, Object, Result};
use graphql::{Failure, LocalDate, Refusal, UserError};

use super::{
    error::UpkeepError,
    model::{CheckIn, PlanPause, Repair},
};
use crate::{
    context::{BeginError, Ctx},
    streak::graphql::{StreakKind, StreakPayload},
};

/// Somebody looks in.
#[derive(Debug, Default, InputObject)]
struct CheckInInput {
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// A streak to repair.
#[derive(Debug, InputObject)]
struct RepairStreakInput {
    /// Which of the viewer's streaks.
    kind: StreakKind,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// A pause to plan.
#[derive(Debug, InputObject)]
struct PauseStreakInput {
    /// Which of the viewer's streaks.
    kind: StreakKind,
    /// The first day on which nothing is needed: today at the earliest, in 365 days at the latest.
    from: LocalDate,
    /// The last such day, at most 89 days later.
    to: LocalDate,
    /// Makes sending this twice the same as sending it once, for 24 hours; 1 to 255 characters.
    idempotency_key: Option<String>,
}

/// A streak whose pauses end.
#[derive(Debug, InputObject)]
struct ResumeStreakInput {
    /// Which of the viewer's streaks.
    kind: StreakKind,
}

#[derive(Debug, Default)]
pub(crate) struct UpkeepMutation;

#[Object]
impl UpkeepMutation {
    /// The viewer looks in: today counts for their streak of doing so. Doing it again on the same day is nothing new.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn check_in(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The key under which it is sent.")] input: Option<CheckInInput>,
    ) -> Result<StreakPayload> {
        let command = CheckIn { idempotency_key: input.unwrap_or_default().idempotency_key };
        StreakPayload::of(super::check_in(gql.data::<Ctx>()?, command).await)
    }

    /// Makes the missed day count that is the streak's `repairableDate`, once in seven days.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn repair_streak(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which streak.")] input: RepairStreakInput,
    ) -> Result<StreakPayload> {
        let command = Repair { kind: input.kind.into(), idempotency_key: input.idempotency_key };
        StreakPayload::of(super::repair(gql.data::<Ctx>()?, command).await)
    }

    /// Plans days on which nothing is needed. What happens on them counts all the same.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn pause_streak(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which streak, and which days.")] input: PauseStreakInput,
    ) -> Result<StreakPayload> {
        let PauseStreakInput { kind, from, to, idempotency_key } = input;
        let command = PlanPause { kind: kind.into(), first: from.0, last: to.0, idempotency_key };
        StreakPayload::of(super::pause(gql.data::<Ctx>()?, command).await)
    }

    /// Ends the pause that is, and those that are planned: from today on every day is needed again.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn resume_streak(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which streak.")] input: ResumeStreakInput,
    ) -> Result<StreakPayload> {
        StreakPayload::of(super::resume(gql.data::<Ctx>()?, input.kind.into()).await)
    }
}

impl Refusal for UpkeepError {
    fn into_user_error(self) -> Result<UserError> {
        let message = self.to_string();
        let refusal = |code, path: &[&str]| Ok(UserError::new(code, message, path));
        match self {
            Self::NothingToRepair => refusal("NOTHING_TO_REPAIR", &["input", "kind"]),
            Self::RepairedLately => refusal("STREAK_REPAIRED_LATELY", &["input", "kind"]),
            Self::PauseStartOutOfRange => refusal("PAUSE_OUT_OF_RANGE", &["input", "from"]),
            Self::PauseLengthOutOfRange => refusal("PAUSE_OUT_OF_RANGE", &["input", "to"]),
            Self::PauseOverlaps => refusal("PAUSE_OVERLAPS", &["input", "from"]),
            Self::PauseNotFound => refusal("PAUSE_NOT_FOUND", &["input", "kind"]),
            Self::Begin(error) => error.into_user_error(),
            Self::Idempotency(error) => error.into_user_error(),
            Self::Store(error) => Err(Failure::internal(error)),
        }
    }
}

/// None of the reasons is one that the viewer could mend.
impl Refusal for BeginError {
    fn into_user_error(self) -> Result<UserError> {
        Err(match self {
            Self::Unauthenticated(_) => Failure::unauthenticated(),
            Self::Store(error) => Failure::internal(error),
        })
    }
}
