//! What a profile holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{AvatarId, UserId};

use crate::text;

const MAX_DISPLAY_NAME: usize = 50;
const MAX_BIO: usize = 500;
const MAX_PRONOUNS: usize = 40;
/// By how many words of a display name a profile is found.
const MAX_SEARCHED_WORDS: usize = 8;

/// How somebody presents themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) bio: Option<String>,
    pub(crate) pronouns: Option<String>,
    pub(crate) joined_at: DateTime<Utc>,
    pub(crate) renamed_at: Option<DateTime<Utc>>,
    pub(crate) avatar_id: Option<AvatarId>,
}

impl Profile {
    /// What a search may begin with to find this profile.
    pub(crate) fn search_terms(&self) -> BTreeSet<String> {
        let whole = text::fold(&self.display_name);
        let words = whole.split_whitespace().take(MAX_SEARCHED_WORDS).map(str::to_owned);
        let mut terms: BTreeSet<_> = words.collect();
        terms.insert(self.username.clone());
        terms.insert(whole);
        terms
    }
}

/// A name for people to read: 1 to 50 characters, of which at least one shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DisplayName(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a display name has 1 to {MAX_DISPLAY_NAME} visible characters on one line")]
pub(crate) struct DisplayNameError;

impl DisplayName {
    pub(crate) fn parse(text: &str) -> Result<Self, DisplayNameError> {
        let line = text::line(text).ok_or(DisplayNameError)?;
        let good = text::is_visible(&line) && text::has_length(&line, 1, MAX_DISPLAY_NAME);
        good.then_some(Self(line)).ok_or(DisplayNameError)
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// What somebody says about themselves: up to 500 characters on any number of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bio(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bio has up to {MAX_BIO} characters")]
pub(crate) struct BioError;

impl Bio {
    /// `None` when nothing is said.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, BioError> {
        let lines = text::lines(text).ok_or(BioError)?;
        if !text::has_length(&lines, 0, MAX_BIO) {
            return Err(BioError);
        }
        Ok(text::is_visible(&lines).then_some(Self(lines)))
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// How somebody is spoken of: up to 40 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pronouns(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pronouns have up to {MAX_PRONOUNS} characters on one line")]
pub(crate) struct PronounsError;

impl Pronouns {
    /// `None` when nothing is said.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, PronounsError> {
        let line = text::line(text).ok_or(PronounsError)?;
        if !text::has_length(&line, 0, MAX_PRONOUNS) {
            return Err(PronounsError);
        }
        Ok(text::is_visible(&line).then_some(Self(line)))
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_shows_something_and_is_not_too_long() {
        assert_eq!(DisplayName::parse("  Ada 👩‍💻 ").map(DisplayName::into_string), Ok("Ada 👩‍💻".to_owned()));
        assert!(DisplayName::parse(&"x".repeat(50)).is_ok());
        let wrong = [
            "",
            "   ",
            "\u{00A0}\u{3000}",
            "\u{200B}",
            "a\nb",
            "\u{202E}adA",
            &"x".repeat(51),
            &"x".repeat(9_999),
        ];
        for text in wrong {
            assert_eq!(DisplayName::parse(text), Err(DisplayNameError), "{text:?}");
        }
    }

    #[test]
    fn a_bio_of_nothing_is_none() {
        assert_eq!(Bio::parse(" \n "), Ok(None));
        assert_eq!(Bio::parse(&"x".repeat(501)), Err(BioError));
        assert_eq!(Bio::parse("one\ntwo").unwrap().unwrap().into_string(), "one\ntwo");
        assert_eq!(Pronouns::parse("she/her").unwrap().unwrap().into_string(), "she/her");
        assert_eq!(Pronouns::parse("a\nb"), Err(PronounsError));
    }

    #[test]
    fn a_profile_is_found_by_username_name_and_each_word() {
        let profile = Profile {
            user_id: UserId::at(DateTime::UNIX_EPOCH),
            username: "ada".into(),
            display_name: "Ada King Lovelace".into(),
            bio: None,
            pronouns: None,
            joined_at: DateTime::UNIX_EPOCH,
            renamed_at: None,
            avatar_id: None,
        };
        let terms: Vec<_> = profile.search_terms().into_iter().collect();
        assert_eq!(terms, ["ada", "ada king lovelace", "king", "lovelace"]);
    }
}
