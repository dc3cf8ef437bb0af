//! What is found in somebody's moods, with everything that a sentence about it has to say.

use chrono::{DateTime, NaiveDate, Utc};
use ids::{InsightId, MoodId};
use serde::{Deserialize, Serialize};
use statistics::{Interval, PartOfDay, Statistic as _};

use crate::{
    analytics::{
        model::{Measure, Window},
        series::Factor,
    },
    entries::model::{Association as Word, vocabulary::Word as _},
};

/// What kind of pattern it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Association,
    NextDayAssociation,
    Trend,
    Change,
    Comparison,
    Weekday,
    PartOfDay,
    Rhythm,
    UnusualDay,
}

/// Which way it goes. A rhythm goes neither way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Higher,
    Lower,
}

/// What somebody may do with it, if they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Plan what goes with better days.
    Plan,
    /// Look at what such days have in common.
    Notice,
    /// Keep something kind for a time that is harder.
    BeKind,
    /// Talk to somebody.
    Talk,
}

/// How probable it is that this shows where there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chance {
    pub(crate) p: f64,
    /// The Monte-Carlo error of `p`; 0 when nothing was sampled.
    pub(crate) error: f64,
    /// `p` corrected for what was tested beside it, where anything was.
    pub(crate) adjusted: Option<f64>,
}

/// The ends of a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl From<Interval> for Range {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

/// What days have, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FactorName {
    Tag(String),
    /// By its code.
    Association(String),
}

impl From<&Factor> for FactorName {
    fn from(factor: &Factor) -> Self {
        match factor {
            Factor::Tag(name) => Self::Tag(name.clone()),
            Factor::Association(word) => Self::Association(word.code().to_owned()),
        }
    }
}

impl FactorName {
    /// What it is called, in English where it isn't its owner's own word.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Tag(name) => name,
            Self::Association(code) => Word::parse(code).map_or(code, |word| word.name()),
        }
    }

    /// What two are the same by.
    pub(crate) fn folded(&self) -> String {
        match self {
            Self::Tag(name) => format!("tag {}", name.to_lowercase()),
            Self::Association(code) => format!("association {code}"),
        }
    }
}

/// Two means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Means {
    /// With the tag, or later.
    pub(crate) one: f64,
    /// Without it, or earlier.
    pub(crate) other: f64,
    pub(crate) n_one: usize,
    pub(crate) n_other: usize,
}

impl Means {
    pub(crate) fn difference(self) -> f64 {
        self.one - self.other
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Pattern {
    Association {
        factor: FactorName,
        /// Whether the days after those with it are looked at.
        next_day: bool,
        means: Means,
        range: Range,
        /// Hedges' g, and its interval.
        g: f64,
        g_range: Range,
        chance: Chance,
    },
    Trend {
        slope_per_30_days: f64,
        range: Range,
        chance: Chance,
        span_days: usize,
    },
    Change {
        /// The first day of the new level.
        date: NaiveDate,
        means: Means,
        range: Range,
    },
    Comparison {
        before: Window,
        means: Means,
        range: Range,
        chance: Chance,
    },
    Weekday {
        /// 0 is Monday.
        weekday: u8,
        mean: f64,
        deviation: f64,
        chance: Chance,
        n: usize,
    },
    PartOfDay {
        /// In the order of a day, from the night.
        part: u8,
        mean: f64,
        deviation: f64,
        chance: Chance,
        n: usize,
    },
    Rhythm {
        amplitude: f64,
        peak_hour: f64,
        chance: Chance,
    },
    UnusualDay {
        date: NaiveDate,
        value: f64,
        median: f64,
        /// The modified z score.
        score: f64,
    },
}

/// A pattern, of what it is one, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) measure: Measure,
    /// The days that were looked at.
    pub(crate) window: Window,
    /// Days with a value; moods, where moods are counted.
    pub(crate) n: usize,
    pub(crate) pattern: Pattern,
    /// How far below what was asked for its chance is, 0 to 1: the surest come first.
    pub(crate) rank: f64,
    /// The entries it rests on, each once.
    pub(crate) entries: Vec<MoodId>,
}

/// A finding as its owner sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insight {
    pub(crate) id: InsightId,
    pub(crate) position: i16,
    pub(crate) finding: Finding,
    pub(crate) found_at: DateTime<Utc>,
    pub(crate) dismissed_at: Option<DateTime<Utc>>,
}

/// Where an insight stands among its owner's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InsightKey {
    pub(crate) position: i16,
    pub(crate) id: InsightId,
}

impl pagination::Key for InsightKey {
    const KIND: &'static str = "moodInsights";
}

impl From<&Insight> for InsightKey {
    fn from(insight: &Insight) -> Self {
        Self { position: insight.position, id: insight.id }
    }
}

/// How old what is shown is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Freshness {
    pub(crate) computed_at: Option<DateTime<Utc>>,
    /// Moods have changed since.
    pub(crate) stale: bool,
}

impl Kind {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::Association,
        Self::NextDayAssociation,
        Self::Trend,
        Self::Change,
        Self::Comparison,
        Self::Weekday,
        Self::PartOfDay,
        Self::Rhythm,
        Self::UnusualDay,
    ];

    /// What it is called where it must never be called anything else.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Association => "association",
            Self::NextDayAssociation => "next-day association",
            Self::Trend => "trend",
            Self::Change => "change",
            Self::Comparison => "comparison",
            Self::Weekday => "weekday",
            Self::PartOfDay => "part of day",
            Self::Rhythm => "rhythm",
            Self::UnusualDay => "unusual day",
        }
    }
}

impl Pattern {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Association { next_day: false, .. } => Kind::Association,
            Self::Association { next_day: true, .. } => Kind::NextDayAssociation,
            Self::Trend { .. } => Kind::Trend,
            Self::Change { .. } => Kind::Change,
            Self::Comparison { .. } => Kind::Comparison,
            Self::Weekday { .. } => Kind::Weekday,
            Self::PartOfDay { .. } => Kind::PartOfDay,
            Self::Rhythm { .. } => Kind::Rhythm,
            Self::UnusualDay { .. } => Kind::UnusualDay,
        }
    }

    pub(crate) fn direction(&self) -> Option<Direction> {
        let up = self.effect() >= 0.0;
        let direction = if up { Direction::Higher } else { Direction::Lower };
        (!matches!(self, Self::Rhythm { .. })).then_some(direction)
    }

    /// How large it is, in points of the measure; of a trend, points in 30 days.
    pub(crate) fn effect(&self) -> f64 {
        match self {
            Self::Association { means, .. } | Self::Change { means, .. } | Self::Comparison { means, .. } => {
                means.difference()
            }
            Self::Trend { slope_per_30_days, .. } => *slope_per_30_days,
            Self::Weekday { deviation, .. } | Self::PartOfDay { deviation, .. } => *deviation,
            Self::Rhythm { amplitude, .. } => *amplitude,
            Self::UnusualDay { value, median, .. } => value - median,
        }
    }

    /// The 95 % interval of the effect, where the method gives one.
    pub(crate) fn range(&self) -> Option<Range> {
        match self {
            Self::Association { range, .. }
            | Self::Trend { range, .. }
            | Self::Change { range, .. }
            | Self::Comparison { range, .. } => Some(*range),
            _ => None,
        }
    }

    pub(crate) fn chance(&self) -> Option<Chance> {
        match self {
            Self::Association { chance, .. }
            | Self::Trend { chance, .. }
            | Self::Comparison { chance, .. }
            | Self::Weekday { chance, .. }
            | Self::PartOfDay { chance, .. }
            | Self::Rhythm { chance, .. } => Some(*chance),
            Self::Change { .. } | Self::UnusualDay { .. } => None,
        }
    }

    pub(crate) fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Change { date, .. } | Self::UnusualDay { date, .. } => Some(*date),
            _ => None,
        }
    }

    pub(crate) fn factor(&self) -> Option<&FactorName> {
        if let Self::Association { factor, .. } = self { Some(factor) } else { None }
    }

    pub(crate) fn action(&self) -> Option<Action> {
        let up = self.direction() != Some(Direction::Lower);
        match self.kind() {
            Kind::Association | Kind::NextDayAssociation if up => Some(Action::Plan),
            Kind::Association | Kind::NextDayAssociation | Kind::UnusualDay => Some(Action::Notice),
            Kind::Weekday | Kind::PartOfDay if up => Some(Action::Notice),
            Kind::Weekday | Kind::PartOfDay => Some(Action::BeKind),
            Kind::Trend | Kind::Change | Kind::Comparison if !up => Some(Action::Talk),
            Kind::Trend | Kind::Change | Kind::Comparison | Kind::Rhythm => None,
        }
    }

    /// How it was computed, and the work that describes it.
    pub(crate) fn method(&self) -> (String, String) {
        fn of<S: statistics::Statistic>() -> (String, String) {
            (S::METHOD.to_owned(), S::REFERENCE.to_owned())
        }
        match self {
            Self::Association { .. } => (
                format!(
                    "{} The adjusted p is the share of shifts at which any tag or association separates its days as far, in its own standard deviations (maxT).",
                    statistics::Association::METHOD
                ),
                format!(
                    "{}; Westfall, P. H. & Young, S. S. (1993). Resampling-based multiple testing. Wiley.",
                    statistics::Association::REFERENCE
                ),
            ),
            Self::Trend { .. } => of::<statistics::Trend>(),
            Self::Change { .. } => of::<statistics::ChangePoints>(),
            Self::Comparison { .. } => of::<statistics::Comparison>(),
            Self::Weekday { .. } => of::<statistics::Levels<u8>>(),
            Self::PartOfDay { .. } => of::<statistics::Levels<PartOfDay>>(),
            Self::Rhythm { .. } => of::<statistics::Rhythm>(),
            Self::UnusualDay { .. } => of::<statistics::Anomalies>(),
        }
    }
}
