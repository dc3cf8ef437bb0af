//! Moods before and after hugs, as GraphQL.

use async_graphql::{Object, SimpleObject, Union};
use statistics::{Paired, Statistic as _, TooLittle, paired};

use super::model::Changes;
use crate::analytics::graphql::{InsufficientData, MoodInterval, whole};

/// What every sentence about it has to say as well.
const CAVEAT: &str = "A pattern, not a cause: hugs are often sent when somebody feels low, and low moods tend to rise by themselves. \
                      Compare with what moods do otherwise.";

/// How the viewer's moods were before and after hugs that they received, for them alone.
#[derive(Debug)]
pub(crate) struct HugEffect(pub(crate) Changes);

#[Object]
impl HugEffect {
    /// From the last mood before hugs to the first after them, both within twelve hours.
    async fn around_hugs(&self) -> MoodShiftResult {
        paired(&self.0.around_hugs).into()
    }

    /// From one mood to the next, at most a day later, with no hug between them: what to compare with.
    async fn otherwise(&self) -> MoodShiftResult {
        paired(&self.0.otherwise).into()
    }

    /// What the numbers don't say, in English.
    async fn caveat(&self) -> &'static str {
        CAVEAT
    }
}

/// How scores changed from one mood to the next.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodShift {
    /// The mean score before, 1 to 5.
    mean_before: f64,
    /// The mean score after, 1 to 5.
    mean_after: f64,
    /// The mean of the changes, −4 to 4.
    difference: f64,
    /// Its 95 % interval.
    interval: MoodInterval,
    /// How probable so large a mean change is when there is none; null when every change is the same.
    p: Option<f64>,
    /// How many pairs of moods.
    n: i32,
    /// How it was computed, in English.
    method: &'static str,
    /// The work that describes the method.
    reference: &'static str,
}

impl From<Paired> for MoodShift {
    fn from(paired: Paired) -> Self {
        Self {
            mean_before: paired.mean_before,
            mean_after: paired.mean_after,
            difference: paired.difference,
            interval: paired.interval.into(),
            p: paired.p,
            n: whole(paired.n),
            method: Paired::METHOD,
            reference: Paired::REFERENCE,
        }
    }
}

/// The change, unless there are fewer than ten pairs.
#[derive(Debug, Union)]
pub(crate) enum MoodShiftResult {
    Shift(MoodShift),
    Insufficient(InsufficientData),
}

impl From<Result<Paired, TooLittle>> for MoodShiftResult {
    fn from(outcome: Result<Paired, TooLittle>) -> Self {
        match outcome {
            Ok(paired) => Self::Shift(paired.into()),
            Err(too_little) => Self::Insufficient(too_little.into()),
        }
    }
}
