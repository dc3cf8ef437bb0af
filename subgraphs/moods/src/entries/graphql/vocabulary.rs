//! The vocabulary as GraphQL.

use async_graphql::SimpleObject;

use crate::entries::model::{
    Association, Label,
    vocabulary::{self, Word},
};

/// A word that a mood can be described with.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodWord {
    /// Its name for programs: what entries and inputs hold.
    code: String,
    /// Its name for people, in English.
    name: String,
}

impl MoodWord {
    fn of<W: Word>(word: W) -> Self {
        Self { code: word.code().to_owned(), name: word.name().to_owned() }
    }
}

/// The words that moods can be described with: those of HL7's Personal Health Records guide, and of Apple's HealthKit.
#[derive(Debug, SimpleObject)]
pub(crate) struct MoodVocabulary {
    /// What a feeling is called.
    labels: Vec<MoodWord>,
    /// What a feeling has to do with.
    associations: Vec<MoodWord>,
    /// How many labels, and how many associations, a mood can have.
    most_per_mood: i32,
}

impl Default for MoodVocabulary {
    fn default() -> Self {
        Self {
            labels: Label::all().map(MoodWord::of).collect(),
            associations: Association::all().map(MoodWord::of).collect(),
            most_per_mood: i32::try_from(vocabulary::MAX_WORDS).unwrap_or(i32::MAX),
        }
    }
}
