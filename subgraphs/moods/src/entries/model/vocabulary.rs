//! The seeded vocabulary of states of mind: what a feeling is called, and what it is associated with.
//!
//! Codes and names are those of the code systems `state-of-mind-label-codes` and `state-of-mind-association-codes` of HL7's
//! Personal Health Records implementation guide (1.0.0-ballot2), which are also those of Apple's HealthKit.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::entries::error::InputError;

/// Labels, or associations, in one entry.
pub(crate) const MAX_WORDS: usize = 18;

const LABELS: [(&str, &str); 38] = [
    ("amazed", "Amazed"),
    ("amused", "Amused"),
    ("angry", "Angry"),
    ("annoyed", "Annoyed"),
    ("anxious", "Anxious"),
    ("ashamed", "Ashamed"),
    ("brave", "Brave"),
    ("calm", "Calm"),
    ("confident", "Confident"),
    ("content", "Content"),
    ("disappointed", "Disappointed"),
    ("discouraged", "Discouraged"),
    ("disgusted", "Disgusted"),
    ("drained", "Drained"),
    ("embarrassed", "Embarrassed"),
    ("excited", "Excited"),
    ("frustrated", "Frustrated"),
    ("grateful", "Grateful"),
    ("guilty", "Guilty"),
    ("happy", "Happy"),
    ("hopeful", "Hopeful"),
    ("hopeless", "Hopeless"),
    ("indifferent", "Indifferent"),
    ("irritated", "Irritated"),
    ("jealous", "Jealous"),
    ("joyful", "Joyful"),
    ("lonely", "Lonely"),
    ("overwhelmed", "Overwhelmed"),
    ("passionate", "Passionate"),
    ("peaceful", "Peaceful"),
    ("proud", "Proud"),
    ("relieved", "Relieved"),
    ("sad", "Sad"),
    ("satisfied", "Satisfied"),
    ("scared", "Scared"),
    ("stressed", "Stressed"),
    ("surprised", "Surprised"),
    ("worried", "Worried"),
];

const ASSOCIATIONS: [(&str, &str); 18] = [
    ("community", "Community"),
    ("currentEvents", "Current Events"),
    ("dating", "Dating"),
    ("education", "Education"),
    ("family", "Family"),
    ("fitness", "Fitness"),
    ("friends", "Friends"),
    ("health", "Health"),
    ("hobbies", "Hobbies"),
    ("identity", "Identity"),
    ("money", "Money"),
    ("partner", "Partner"),
    ("selfCare", "Self-Care"),
    ("spirituality", "Spirituality"),
    ("tasks", "Tasks"),
    ("travel", "Travel"),
    ("weather", "Weather"),
    ("work", "Work"),
];

/// A word of one of the two lists.
pub(crate) trait Word: Copy + Eq + Sized + 'static {
    /// Every word there is.
    fn all() -> impl Iterator<Item = Self>;
    /// The word that programs call `code`.
    fn parse(code: &str) -> Option<Self>;
    /// Its name for programs.
    fn code(self) -> &'static str;
    /// Its name for people, in English.
    fn name(self) -> &'static str;
    /// What is wrong with a list whose word at `index` is not of the vocabulary.
    fn unknown(index: usize) -> InputError;
    /// What is wrong with a list that is too long.
    fn too_many() -> InputError;
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $list:ident, $unknown:ident, $too_many:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(usize);

        impl Word for $name {
            fn all() -> impl Iterator<Item = Self> {
                (0..$list.len()).map(Self)
            }

            fn parse(code: &str) -> Option<Self> {
                $list.iter().position(|(known, _)| *known == code).map(Self)
            }

            fn code(self) -> &'static str {
                $list[self.0].0
            }

            fn name(self) -> &'static str {
                $list[self.0].1
            }

            fn unknown(index: usize) -> InputError {
                InputError::$unknown { index }
            }

            fn too_many() -> InputError {
                InputError::$too_many
            }
        }
    };
}

word! {
    /// What a feeling is called.
    Label, LABELS, LabelUnknown, TooManyLabels
}
word! {
    /// What a feeling has to do with.
    Association, ASSOCIATIONS, AssociationUnknown, TooManyAssociations
}

/// Words of one entry, each once, in the order in which they were given. They say how somebody felt, and so don't show
/// themselves in logs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Words<W>(Vec<W>);

impl<W: Word> Words<W> {
    pub(crate) fn parse(codes: &[String]) -> Result<Self, InputError> {
        let mut words = Vec::new();
        for (index, code) in codes.iter().enumerate() {
            let word = W::parse(code).ok_or_else(|| W::unknown(index))?;
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if words.len() > MAX_WORDS {
            return Err(W::too_many());
        }
        Ok(Self(words))
    }

    pub(crate) fn as_slice(&self) -> &[W] {
        &self.0
    }

    pub(crate) fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|word| word.code())
    }
}

impl<W> Default for Words<W> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<W> fmt::Debug for Words<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Words({})", self.0.len())
    }
}

impl<W: Word> Serialize for Words<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.codes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn every_word_is_found_by_its_code_alone() {
        assert!(Label::all().all(|label| Label::parse(label.code()) == Some(label)));
        assert!(Association::all().all(|word| Association::parse(word.code()) == Some(word)));
        assert_eq!(Label::parse("Happy"), None);
        assert_eq!(Association::parse("Self-Care"), None);
    }

    #[test]
    fn a_word_that_is_there_twice_is_kept_once() {
        let words = Words::<Label>::parse(&texts(&["sad", "calm", "sad"])).unwrap();
        assert_eq!(words.codes().collect::<Vec<_>>(), ["sad", "calm"]);
    }

    #[test]
    fn a_word_of_no_vocabulary_is_refused_by_its_place() {
        let labels = Words::<Label>::parse(&texts(&["sad", "gloomy"]));
        assert_eq!(labels, Err(InputError::LabelUnknown { index: 1 }));
        let associations = Words::<Association>::parse(&texts(&["sad"]));
        assert_eq!(associations, Err(InputError::AssociationUnknown { index: 0 }));
    }

    #[test]
    fn an_entry_has_as_many_labels_as_there_are_associations_at_most() {
        let codes: Vec<String> = Label::all().map(|label| label.code().to_owned()).collect();
        assert_eq!(Words::<Label>::parse(&codes), Err(InputError::TooManyLabels));
        assert!(Words::<Label>::parse(&codes[..MAX_WORDS]).is_ok());
    }
}
