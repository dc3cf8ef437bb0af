//! Days with a tag or an association against days without.

use async_graphql::{Enum, SimpleObject};
use statistics::{Association, Counted, TooLittle};

use super::basis::{
    Basis, InsufficientData, MoodEffect, MoodPermutation, Outcome, on, outcome, statistic, whole,
};
use crate::{
    analytics::{
        Analysis,
        factors::{self, SIGNIFICANT_Q, Tested},
        series::Factor,
    },
    entries::model::vocabulary::Word as _,
};

/// Which day's mood is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "statistics::Lag")]
pub(crate) enum MoodLag {
    /// That of the day with the tag.
    SameDay,
    /// That of the day after it.
    NextDay,
}

/// What a factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum MoodFactorKind {
    /// A word of the owner's.
    Tag,
    /// A word of `moodVocabulary`.
    Association,
}

/// What days may have.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct MoodFactor {
    /// A tag, or an association.
    kind: MoodFactorKind,
    /// The association's code; null for a tag.
    code: Option<String>,
    /// What it is called.
    name: String,
}

impl From<&Factor> for MoodFactor {
    fn from(factor: &Factor) -> Self {
        match factor {
            Factor::Tag(name) => Self { kind: MoodFactorKind::Tag, code: None, name: name.clone() },
            Factor::Association(word) => Self {
                kind: MoodFactorKind::Association,
                code: Some(word.code().to_owned()),
                name: word.name().to_owned(),
            },
        }
    }
}

/// Days with a factor against days without. A pattern, not a cause.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct MoodAssociation {
    /// What the days have.
    factor: MoodFactor,
    /// The mean of days with it, or of the days after them.
    mean_with: f64,
    /// The mean of days without it, or of the days after them.
    mean_without: f64,
    /// The mean with minus the mean without.
    difference: f64,
    /// The difference in standard deviations; null when the values don't vary.
    effect: Option<MoodEffect>,
    /// How much more probable a day with it is above one without than below, −1 to 1.
    cliffs_delta: f64,
    /// How probable so large a difference is when the factor doesn't matter, over circular shifts of it against the days.
    test: MoodPermutation,
    /// `test.p` adjusted by Benjamini and Hochberg for all factors that were tested.
    q: f64,
    /// Whether q is at most 0.10.
    significant: bool,
    /// Days with it.
    n_with: i32,
    /// Days without it.
    n_without: i32,
}

impl From<&Tested> for MoodAssociation {
    fn from(tested: &Tested) -> Self {
        let found = &tested.association;
        Self {
            factor: (&tested.factor).into(),
            mean_with: found.mean_with,
            mean_without: found.mean_without,
            difference: found.difference,
            effect: found.effect.map(MoodEffect::from),
            cliffs_delta: found.cliffs_delta,
            test: found.p.into(),
            q: tested.q,
            significant: tested.is_significant(),
            n_with: whole(found.n_with),
            n_without: whole(found.n_without),
        }
    }
}

/// A factor of which there is too little to say anything.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct InsufficientMoodFactor {
    /// Which one.
    factor: MoodFactor,
    /// What is lacking.
    lacking: InsufficientData,
}

statistic! {
    /// Days with each tag and association against days without.
    MoodAssociations {
        /// Which day's mood is looked at.
        lag: MoodLag,
        /// The largest q that counts as significant.
        significant_q: f64,
        /// Each factor with at least 5 days with it and 5 without, the surest first.
        tested: Vec<MoodAssociation>,
        /// The other factors.
        insufficient: Vec<InsufficientMoodFactor>,
    }
}
outcome! {
    /// The associations, unless no tag or association has 5 days with it and 5 without.
    MoodAssociationsResult = MoodAssociations
}

pub(super) fn associations(analysis: &Analysis, lag: statistics::Lag) -> Outcome<MoodAssociations> {
    let factors = factors::test(&analysis.series, lag);
    if factors.tested.is_empty() {
        let nothing = TooLittle { have: 0, need: 5, counted: Counted::DaysWith };
        let nearest = factors.lacking.iter().map(|(_, lacking)| *lacking).max_by_key(|lacking| lacking.have);
        return Err(nearest.unwrap_or(nothing));
    }
    let insufficient = |(factor, lacking): &(Factor, TooLittle)| InsufficientMoodFactor {
        factor: factor.into(),
        lacking: (*lacking).into(),
    };
    let n = analysis.series.daily.len();
    Ok(on!(
        Basis::counting::<Association>(analysis, n),
        MoodAssociations {
            lag: lag.into(),
            significant_q: SIGNIFICANT_Q,
            tested: factors.tested.iter().map(MoodAssociation::from).collect(),
            insufficient: factors.lacking.iter().map(insufficient).collect(),
        }
    ))
}
