//! Why an entry was not logged or changed.

use idempotency::IdempotencyError;
use service::Unauthenticated;

use super::{
    model::{MoodEntry, content, moment, vocabulary},
    store::StoreError,
};
use crate::{context::BeginError, tags::model::MAX_TAG_CHARACTERS};

#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("you have no such mood entry")]
    Missing,
    #[error("the entry has changed since you read it")]
    RevisionConflict(Box<MoodEntry>),
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BeginError> for EntryError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Unauthenticated(error) => error.into(),
            BeginError::Store(error) => error.into(),
        }
    }
}

/// What is wrong with a part of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    #[error("a score is from {} to {}", content::LOWEST_SCORE, content::HIGHEST_SCORE)]
    ScoreOutOfRange,
    #[error("valence is from −1 to 1")]
    ValenceOutOfRange,
    #[error("energy is from −1 to 1")]
    EnergyOutOfRange,
    #[error("a note has at most {} characters", content::MAX_NOTE_CHARACTERS)]
    NoteTooLong,
    #[error("a note has no control characters other than line breaks and tabs")]
    NoteMalformed,
    #[error("a tag has 1 to {} characters, none of them control characters", MAX_TAG_CHARACTERS)]
    TagInvalid { index: usize },
    #[error("an entry has at most {} tags", content::MAX_TAGS)]
    TooManyTags,
    #[error("this is no code of a label; moodVocabulary lists them")]
    LabelUnknown { index: usize },
    #[error("an entry has at most {} labels", vocabulary::MAX_WORDS)]
    TooManyLabels,
    #[error("this is no code of an association; moodVocabulary lists them")]
    AssociationUnknown { index: usize },
    #[error("an entry has at most {} associations", vocabulary::MAX_WORDS)]
    TooManyAssociations,
    #[error("you have no such mood")]
    CustomMoodMissing,
    #[error("this is in the future")]
    OccurredInFuture,
    #[error("this is more than {} years ago", moment::MAX_YEARS_BACK)]
    OccurredTooEarly,
    #[error("there is no such time zone; give an IANA name such as Europe/Berlin")]
    UnknownTimeZone,
}

impl InputError {
    /// Its name for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::ScoreOutOfRange => "SCORE_OUT_OF_RANGE",
            Self::ValenceOutOfRange => "VALENCE_OUT_OF_RANGE",
            Self::EnergyOutOfRange => "ENERGY_OUT_OF_RANGE",
            Self::NoteTooLong => "NOTE_TOO_LONG",
            Self::NoteMalformed => "NOTE_MALFORMED",
            Self::TagInvalid { .. } => "TAG_INVALID",
            Self::TooManyTags => "TOO_MANY_TAGS",
            Self::LabelUnknown { .. } => "LABEL_UNKNOWN",
            Self::TooManyLabels => "TOO_MANY_LABELS",
            Self::AssociationUnknown { .. } => "ASSOCIATION_UNKNOWN",
            Self::TooManyAssociations => "TOO_MANY_ASSOCIATIONS",
            Self::CustomMoodMissing => "CUSTOM_MOOD_NOT_FOUND",
            Self::OccurredInFuture => "OCCURRED_IN_FUTURE",
            Self::OccurredTooEarly => "OCCURRED_TOO_EARLY",
            Self::UnknownTimeZone => "UNKNOWN_TIME_ZONE",
        }
    }

    /// The field of the input it is about.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::ScoreOutOfRange => "score",
            Self::ValenceOutOfRange => "valence",
            Self::EnergyOutOfRange => "energy",
            Self::NoteTooLong | Self::NoteMalformed => "note",
            Self::TagInvalid { .. } | Self::TooManyTags => "tags",
            Self::LabelUnknown { .. } | Self::TooManyLabels => "labels",
            Self::AssociationUnknown { .. } | Self::TooManyAssociations => "associations",
            Self::CustomMoodMissing => "customMoodId",
            Self::OccurredInFuture | Self::OccurredTooEarly => "occurredAt",
            Self::UnknownTimeZone => "timezone",
        }
    }

    /// The part of the input it is about.
    pub(super) fn path(self) -> Vec<String> {
        let index = match self {
            Self::TagInvalid { index }
            | Self::LabelUnknown { index }
            | Self::AssociationUnknown { index } => Some(index.to_string()),
            _ => None,
        };
        ["input", self.field()].map(str::to_owned).into_iter().chain(index).collect()
    }
}
