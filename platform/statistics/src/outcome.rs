//! What statistics answer with, and how they say that there is too little.

use std::fmt;

/// A result that can say how it was made.
pub trait Statistic {
    /// The definition in one or two short sentences.
    const METHOD: &'static str;

    /// The work that describes the method.
    const REFERENCE: &'static str;

    /// How many days, entries or pairs the result rests on; which of them, the type says.
    fn n(&self) -> usize;
}

/// There is less data than the statistic needs to mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{have} of the {need} {counted} that are needed")]
pub struct TooLittle {
    pub have: usize,
    pub need: usize,
    pub counted: Counted,
}

/// What was counted when there was too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Days with a value.
    Days,
    /// Days with a value in the earlier of two periods.
    DaysBefore,
    /// Days with a value in the later of two periods.
    DaysAfter,
    /// Days from the first with a value to the last, both included.
    SpanDays,
    /// Single observations.
    Entries,
    /// Successive observations within a day or on adjacent days.
    Pairs,
    /// Days with the tag.
    DaysWith,
    /// Days without the tag.
    DaysWithout,
    /// Levels (weekdays, parts of day) with enough values each.
    Levels,
    /// Parts of the day with an observation.
    PartsOfDay,
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Days => "days",
            Self::DaysBefore => "days before",
            Self::DaysAfter => "days after",
            Self::SpanDays => "days from first to last",
            Self::Entries => "entries",
            Self::Pairs => "pairs",
            Self::DaysWith => "days with",
            Self::DaysWithout => "days without",
            Self::Levels => "levels",
            Self::PartsOfDay => "parts of the day",
        })
    }
}

impl Counted {
    /// Passes when there are `need` of what is counted.
    pub(crate) fn at_least(self, need: usize, have: usize) -> Result<(), TooLittle> {
        if have < need { Err(TooLittle { have, need, counted: self }) } else { Ok(()) }
    }
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
    /// The share of samples whose interval holds the true value: 0.95.
    pub confidence: f64,
}

impl Interval {
    pub(crate) const CONFIDENCE: f64 = 0.95;

    pub(crate) fn around(center: f64, half_width: f64) -> Self {
        Self::between(center - half_width, center + half_width)
    }

    pub(crate) fn between(low: f64, high: f64) -> Self {
        Self { low, high, confidence: Self::CONFIDENCE }
    }

    /// Whether the interval holds `value`, its ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
