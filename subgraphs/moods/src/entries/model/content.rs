//! What an entry says.

use std::{collections::HashSet, fmt};

use serde::Serialize;

use crate::{entries::error::InputError, tags::model::TagName};

pub(crate) const LOWEST_SCORE: u8 = 1;
pub(crate) const HIGHEST_SCORE: u8 = 5;
pub(crate) const MAX_NOTE_CHARACTERS: usize = 4000;
pub(crate) const MAX_TAGS: usize = 20;

/// How somebody felt, from 1 (awful) to 5 (great).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Score(u8);

impl Score {
    pub(crate) fn parse(number: i32) -> Result<Self, InputError> {
        let score = u8::try_from(number).ok().filter(|score| (LOWEST_SCORE..=HIGHEST_SCORE).contains(score));
        score.map(Self).ok_or(InputError::ScoreOutOfRange)
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }
}

/// A place on one axis of the circumplex of affect (Russell 1980), from −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Coordinate(f64);

impl Coordinate {
    pub(crate) fn valence(number: f64) -> Result<Self, InputError> {
        Self::parse(number).ok_or(InputError::ValenceOutOfRange)
    }

    pub(crate) fn energy(number: f64) -> Result<Self, InputError> {
        Self::parse(number).ok_or(InputError::EnergyOutOfRange)
    }

    pub(crate) fn parse(number: f64) -> Option<Self> {
        (-1.0..=1.0).contains(&number).then_some(Self(number))
    }

    pub(crate) fn number(self) -> f64 {
        self.0
    }
}

/// What somebody wrote about a mood. It shows itself to nobody but those who ask for its text.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Note(String);

impl Note {
    /// A text of nothing but space is no note.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, InputError> {
        let text = text.trim();
        if text.chars().count() > MAX_NOTE_CHARACTERS {
            return Err(InputError::NoteTooLong);
        }
        if text.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        {
            return Err(InputError::NoteMalformed);
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Note(…)")
    }
}

/// The names of an entry's tags; each is there once, whatever its case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tags(Vec<TagName>);

impl Tags {
    pub(crate) fn parse(tags: &[String]) -> Result<Self, InputError> {
        let mut known = HashSet::new();
        let mut kept = Vec::new();
        for (index, tag) in tags.iter().enumerate() {
            let tag = TagName::parse(tag).ok_or(InputError::TagInvalid { index })?;
            if known.insert(tag.folded()) {
                kept.push(tag);
            }
        }
        if kept.len() > MAX_TAGS {
            return Err(InputError::TooManyTags);
        }
        Ok(Self(kept))
    }

    pub(crate) fn as_slice(&self) -> &[TagName] {
        &self.0
    }

    /// Names that an entry has already.
    pub(crate) fn from_names(names: Vec<TagName>) -> Self {
        Self(names)
    }

    pub(crate) fn into_names(self) -> Vec<TagName> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn names(tags: &Tags) -> Vec<String> {
        tags.as_slice().iter().map(|tag| tag.text().to_owned()).collect()
    }

    #[test]
    fn a_score_is_from_one_to_five() {
        for number in [i32::MIN, -1, 0, 6, 9, 257, i32::MAX] {
            assert_eq!(Score::parse(number), Err(InputError::ScoreOutOfRange), "{number}");
        }
        assert_eq!(
            (1..=5).map(|number| Score::parse(number).unwrap().number()).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
    }

    #[test]
    fn a_coordinate_is_finite_and_from_minus_one_to_one() {
        for number in [-1.000_001, 1.000_001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Coordinate::valence(number), Err(InputError::ValenceOutOfRange), "{number}");
            assert_eq!(Coordinate::energy(number), Err(InputError::EnergyOutOfRange), "{number}");
        }
        assert!(Coordinate::valence(-1.0).is_ok() && Coordinate::energy(1.0).is_ok());
    }

    #[test]
    fn a_notes_length_is_counted_in_characters() {
        let longest = "ü".repeat(MAX_NOTE_CHARACTERS);
        assert_eq!(Note::parse(&format!("  {longest}\n")).unwrap().unwrap().text(), longest);
        assert_eq!(Note::parse(&format!("{longest}ü")), Err(InputError::NoteTooLong));
        assert_eq!(Note::parse(" \n\t "), Ok(None));
        assert_eq!(Note::parse("a\u{0}b"), Err(InputError::NoteMalformed));
        assert!(Note::parse("line\r\n\tline").unwrap().is_some());
    }

    #[test]
    fn a_note_and_tags_keep_their_words_out_of_logs() {
        let note = Note::parse("I felt sad").unwrap();
        let tags = Tags::parse(&texts(&["work"])).unwrap();
        assert_eq!(format!("{note:?} {tags:?}"), "Some(Note(…)) Tags([TagName(…)])");
    }

    #[test]
    fn tags_are_trimmed_and_unique_whatever_their_case() {
        let tags = Tags::parse(&texts(&[" Work ", "walk", "WORK", "Äpfel", "äpfel"])).unwrap();
        assert_eq!(names(&tags), ["Work", "walk", "Äpfel"]);
        assert_eq!(Tags::parse(&texts(&["ok", "  "])), Err(InputError::TagInvalid { index: 1 }));
        assert_eq!(Tags::parse(&texts(&["a\nb"])), Err(InputError::TagInvalid { index: 0 }));
        assert_eq!(Tags::parse(&["x".repeat(41)]), Err(InputError::TagInvalid { index: 0 }));
        let many: Vec<String> = (0..21).map(|number| format!("tag {number}")).collect();
        assert_eq!(Tags::parse(&many), Err(InputError::TooManyTags));
        assert!(Tags::parse(&many[..20]).is_ok());
    }

    proptest! {
        #[test]
        fn parsing_tags_again_changes_nothing(tags in prop::collection::vec("\\PC{0,50}", 0..25)) {
            if let Ok(parsed) = Tags::parse(&tags) {
                prop_assert_eq!(Tags::parse(&names(&parsed)), Ok(parsed.clone()));
            }
        }
    }
}
