//! What every result has in common: what it rests on, and how it was made.

use async_graphql::{Enum, SimpleObject};
use graphql::LocalDate;
use statistics::{Statistic, TooLittle};

use crate::analytics::{Analysis, model};

/// The days that were analysed.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodWindow {
    /// The first day.
    from: LocalDate,
    /// The last day.
    to: LocalDate,
    /// How many days that are, whether or not anything was logged on them.
    days: i32,
}

impl From<model::Window> for MoodWindow {
    fn from(window: model::Window) -> Self {
        let days = i32::try_from(window.days()).unwrap_or(i32::MAX);
        Self { from: LocalDate(window.from), to: LocalDate(window.to), days }
    }
}

/// Where the true value lies with a probability of 95 %, as far as the method's assumptions hold.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodInterval {
    /// The lower end.
    low: f64,
    /// The upper end.
    high: f64,
    /// The share of samples whose interval holds the true value: 0.95.
    confidence: f64,
}

impl From<statistics::Interval> for MoodInterval {
    fn from(interval: statistics::Interval) -> Self {
        Self { low: interval.low, high: interval.high, confidence: interval.confidence }
    }
}

/// How probable as extreme an arrangement is when what is tested has nothing to do with the moods.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodPermutation {
    /// The share of arrangements that are at least as extreme as the one observed, 0 to 1.
    p: f64,
    /// The Monte-Carlo error of `p`; 0 when every arrangement was looked at.
    standard_error: f64,
    /// How many arrangements were looked at, the one observed among them.
    arrangements: i32,
    /// Whether these were all that there are.
    exact: bool,
}

impl From<statistics::Permutation> for MoodPermutation {
    fn from(permutation: statistics::Permutation) -> Self {
        Self {
            p: permutation.p,
            standard_error: permutation.standard_error,
            arrangements: whole(permutation.arrangements),
            exact: permutation.exact,
        }
    }
}

/// A standardised difference of two means: Hedges' g.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct MoodEffect {
    /// In pooled standard deviations; .2 is small, .5 medium, .8 large (Cohen 1988).
    g: f64,
    /// Its 95 % interval.
    interval: MoodInterval,
}

impl From<statistics::Effect> for MoodEffect {
    fn from(effect: statistics::Effect) -> Self {
        Self { g: effect.g, interval: effect.interval.into() }
    }
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "statistics::Counted")]
pub(crate) enum MoodCounted {
    /// Days with a value.
    Days,
    /// Days with a value in the period before.
    DaysBefore,
    /// Days with a value in this period.
    DaysAfter,
    /// Days from the first with a value to the last.
    SpanDays,
    /// Moods about moments.
    Entries,
    /// Successive moods within a day or on adjacent days.
    Pairs,
    /// Days with the tag or association.
    DaysWith,
    /// Days without it.
    DaysWithout,
    /// Weekdays, or parts of the day, with at least four values.
    Levels,
    /// Parts of the day with a value.
    PartsOfDay,
}

/// There is too little to say anything.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct InsufficientData {
    /// How many there are.
    have: i32,
    /// How many are needed.
    need: i32,
    /// Of what.
    counted: MoodCounted,
    /// The same in words, in English.
    message: String,
}

impl From<TooLittle> for InsufficientData {
    fn from(too_little: TooLittle) -> Self {
        Self {
            have: whole(too_little.have),
            need: whole(too_little.need),
            counted: too_little.counted.into(),
            message: too_little.to_string(),
        }
    }
}

/// What a result rests on, and how it was made.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub(super) n: i32,
    pub(super) window: MoodWindow,
    pub(super) coverage: f64,
    pub(super) method: String,
    pub(super) reference: String,
}

impl Basis {
    pub(super) fn of<S: Statistic>(analysis: &Analysis, statistic: &S) -> Self {
        Self::counting::<S>(analysis, statistic.n())
    }

    /// The basis of several results of one kind that rest on `n` together.
    pub(super) fn counting<S: Statistic>(analysis: &Analysis, n: usize) -> Self {
        Self {
            n: whole(n),
            window: analysis.window.into(),
            coverage: analysis.coverage(),
            method: S::METHOD.to_owned(),
            reference: S::REFERENCE.to_owned(),
        }
    }
}

/// A result, unless there is too little for it.
pub(super) type Outcome<T> = Result<T, TooLittle>;

pub(crate) fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Declares a result with what all of them have.
macro_rules! statistic {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(super) $field: $type,)*
            /// How many days, moods or pairs it rests on; which of them, `method` says.
            pub(super) n: i32,
            /// The days that were analysed.
            pub(super) window: $crate::analytics::graphql::basis::MoodWindow,
            /// The share of these days that have a value, 0 to 1.
            pub(super) coverage: f64,
            /// How it was computed, in English.
            pub(super) method: String,
            /// The work that describes the method.
            pub(super) reference: String,
        }
    };
}

/// Makes a result of its numbers and its basis.
macro_rules! on {
    ($basis:expr, $name:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let $crate::analytics::graphql::basis::Basis { n, window, coverage, method, reference } = $basis;
        $name { $($field: $value,)* n, window, coverage, method, reference }
    }};
}

/// Declares what is answered where a result may be lacking.
macro_rules! outcome {
    ($(#[$doc:meta])* $name:ident = $result:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, async_graphql::Union)]
        pub(crate) enum $name {
            Result($result),
            Insufficient($crate::analytics::graphql::basis::InsufficientData),
        }

        impl $name {
            pub(super) fn of(outcome: Result<$result, statistics::TooLittle>) -> Self {
                match outcome {
                    Ok(result) => Self::Result(result),
                    Err(too_little) => Self::Insufficient(too_little.into()),
                }
            }
        }
    };
}

pub(super) use {on, outcome, statistic};

#[cfg(test)]
mod tests {
    use statistics::Counted;

    use super::*;

    #[test]
    fn what_is_lacking_is_said_in_words() {
        let lacking = InsufficientData::from(TooLittle { have: 3, need: 14, counted: Counted::Days });
        assert_eq!((lacking.have, lacking.need, lacking.counted), (3, 14, MoodCounted::Days));
        assert_eq!(lacking.message, "3 of the 14 days that are needed");
    }
}
