//! What is asked for, and how far a pause may go.

use chrono::{Days, NaiveDate};
use events::streaks::StreakKind;

use super::error::UpkeepError;
use crate::streak::model::Pause;

/// The longest pause, in days.
pub(crate) const MAX_PAUSE_DAYS: u64 = 90;
/// How many days ahead a pause can be planned.
pub(crate) const MAX_DAYS_AHEAD: u64 = 365;

/// Somebody looks in.
#[derive(Debug, Clone, Default)]
pub(crate) struct CheckIn {
    pub(crate) idempotency_key: Option<String>,
}

/// A streak to repair.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    pub(crate) kind: StreakKind,
    pub(crate) idempotency_key: Option<String>,
}

/// A pause to plan.
#[derive(Debug, Clone)]
pub(crate) struct PlanPause {
    pub(crate) kind: StreakKind,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
    pub(crate) idempotency_key: Option<String>,
}

impl PlanPause {
    /// The pause, if it may be planned on `today`: days that are over can be repaired, not paused.
    pub(super) fn pause(&self, today: NaiveDate) -> Result<Pause, UpkeepError> {
        let Self { first, last, .. } = *self;
        if first < today || first > today + Days::new(MAX_DAYS_AHEAD) {
            return Err(UpkeepError::PauseStartOutOfRange);
        }
        if last < first || last >= first + Days::new(MAX_PAUSE_DAYS) {
            return Err(UpkeepError::PauseLengthOutOfRange);
        }
        Ok(Pause { first, last })
    }
}
