//! Moods of somebody's own making, and what can be done to them.

use std::fmt;

use chrono::{DateTime, Utc};
use ids::CustomMoodId;
use serde::Serialize;

use super::error::CustomMoodError;
use crate::entries::model::{Change, Coordinate, Score};

pub(crate) const MAX_NAME_CHARACTERS: usize = 40;
pub(crate) const MAX_EMOJI_BYTES: usize = 64;
/// How many somebody may have, archived ones included.
pub(crate) const MAX_CUSTOM_MOODS: u64 = 100;

/// What it is called. It doesn't show itself in logs.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MoodName(String);

impl MoodName {
    pub(crate) fn parse(text: &str) -> Result<Self, CustomMoodError> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= MAX_NAME_CHARACTERS;
        if !fits || text.contains(char::is_control) {
            return Err(CustomMoodError::NameInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// What two names are compared by.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    pub(crate) fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for MoodName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MoodName(…)")
    }
}

/// A picture of one character as people see it, which may be many code points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Emoji(String);

impl Emoji {
    pub(crate) fn parse(text: &str) -> Result<Self, CustomMoodError> {
        use unicode_segmentation::UnicodeSegmentation as _;
        let text = text.trim();
        let single = text.graphemes(true).count() == 1 && text.len() <= MAX_EMOJI_BYTES;
        if !single || text.chars().all(|character| character.is_alphanumeric() || character.is_control()) {
            return Err(CustomMoodError::EmojiInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_store(text: String) -> Self {
        Self(text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CustomMood {
    pub(crate) id: CustomMoodId,
    pub(crate) name: MoodName,
    pub(crate) emoji: Option<Emoji>,
    pub(crate) score: Score,
    pub(crate) valence: Option<Coordinate>,
    pub(crate) energy: Option<Coordinate>,
    /// Not offered for new entries any more.
    pub(crate) archived: bool,
}

/// A mood to be made. Its JSON is what an idempotency key is compared by.
#[derive(Debug, Serialize)]
pub(crate) struct CreateCustomMood {
    pub(crate) name: MoodName,
    pub(crate) emoji: Option<Emoji>,
    pub(crate) score: Score,
    pub(crate) valence: Option<Coordinate>,
    pub(crate) energy: Option<Coordinate>,
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

impl CreateCustomMood {
    pub(super) fn into_mood(self, now: DateTime<Utc>) -> CustomMood {
        let Self { name, emoji, score, valence, energy, idempotency_key: _ } = self;
        CustomMood { id: CustomMoodId::at(now), name, emoji, score, valence, energy, archived: false }
    }
}

/// What is `None` or `Keep` stays as it is.
#[derive(Debug)]
pub(crate) struct UpdateCustomMood {
    pub(crate) id: CustomMoodId,
    pub(crate) name: Option<MoodName>,
    pub(crate) emoji: Change<Emoji>,
    pub(crate) score: Option<Score>,
    pub(crate) valence: Change<Coordinate>,
    pub(crate) energy: Change<Coordinate>,
    pub(crate) archived: Option<bool>,
}

impl UpdateCustomMood {
    pub(super) fn apply(self, mood: CustomMood) -> CustomMood {
        CustomMood {
            id: mood.id,
            name: self.name.unwrap_or(mood.name),
            emoji: self.emoji.of(mood.emoji.as_ref()),
            score: self.score.unwrap_or(mood.score),
            valence: self.valence.of(mood.valence.as_ref()),
            energy: self.energy.of(mood.energy.as_ref()),
            archived: self.archived.unwrap_or(mood.archived),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_picture_however_many_code_points_it_has() {
        for picture in ["😀", "👩‍👩‍👧", "🏳️‍🌈", "❤️", " ☀ "] {
            assert!(Emoji::parse(picture).is_ok(), "{picture}");
        }
        for other in ["", " ", "a", "7", "😀😀", "ab"] {
            assert!(Emoji::parse(other).is_err(), "{other}");
        }
        let endless = format!("e{}", "\u{301}".repeat(1000));
        assert!(Emoji::parse(&endless).is_err());
    }
}
