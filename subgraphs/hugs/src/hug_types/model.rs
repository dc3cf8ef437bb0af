//! A kind of hug.

use std::ops::RangeInclusive;

use ids::HugTypeId;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use super::HugTypeError;

pub(super) const MAX_NAME_LENGTH: usize = 40;
/// Of an emoji with everything that modifies it.
const MAX_EMOJI_BYTES: usize = 64;
pub(super) const DURATIONS: RangeInclusive<i32> = 500..=60_000;
pub(super) const INTENSITIES: RangeInclusive<i32> = 1..=5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HugType {
    pub(crate) id: HugTypeId,
    pub(crate) name: String,
    pub(crate) emoji: String,
    pub(crate) duration_ms: i32,
    /// From 1, a touch, to 5, a squeeze.
    pub(crate) intensity: i32,
    /// A retired type stays on the hugs that have it; no new hug gets it.
    pub(crate) active: bool,
}

/// What a kind of hug is called: trimmed, one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Name(String);

impl Name {
    pub(super) fn parse(text: &str) -> Result<Self, HugTypeError> {
        let text = text.trim();
        let valid = (1..=MAX_NAME_LENGTH).contains(&text.chars().count()) && !text.contains(char::is_control);
        valid.then(|| Self(text.to_owned())).ok_or(HugTypeError::NameInvalid)
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A single picture, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Emoji(String);

impl Emoji {
    pub(super) fn parse(text: &str) -> Result<Self, HugTypeError> {
        let text = text.trim();
        let single = text.graphemes(true).count() == 1 && text.len() <= MAX_EMOJI_BYTES;
        let written = text.chars().all(|character| character.is_alphanumeric() || character.is_control());
        if single && !written { Ok(Self(text.to_owned())) } else { Err(HugTypeError::EmojiInvalid) }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

pub(super) fn parse_duration(milliseconds: i32) -> Result<i32, HugTypeError> {
    DURATIONS.contains(&milliseconds).then_some(milliseconds).ok_or(HugTypeError::DurationOutOfRange)
}

pub(super) fn parse_intensity(intensity: i32) -> Result<i32, HugTypeError> {
    INTENSITIES.contains(&intensity).then_some(intensity).ok_or(HugTypeError::IntensityOutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_picture_however_many_code_points_it_has() {
        for picture in ["🤗", "🧑\u{200d}🤝\u{200d}🧑", " ❤\u{fe0f} "] {
            assert!(Emoji::parse(picture).is_ok(), "{picture}");
        }
        for other in ["", "a", "7", "🤗🤗", "\n"] {
            assert!(Emoji::parse(other).is_err(), "{other}");
        }
    }
}
