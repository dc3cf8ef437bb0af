//! What people write to each other.

use serde::{Deserialize, Serialize};

/// The longest message, in characters.
pub(crate) const MAX_MESSAGE_LENGTH: usize = 500;

/// A message: trimmed, not empty, at most 500 characters, without control characters other than line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Message(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message has at most {MAX_MESSAGE_LENGTH} characters")]
pub(crate) struct MessageTooLong;

impl Message {
    /// `None` when nothing is left of the text. Control characters are dropped: databases and terminals choke on them.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, MessageTooLong> {
        let clean: String = text.chars().filter(|character| is_printable(*character)).collect();
        let trimmed = clean.trim();
        if trimmed.chars().count() > MAX_MESSAGE_LENGTH {
            return Err(MessageTooLong);
        }
        Ok((!trimmed.is_empty()).then(|| Self(trimmed.to_owned())))
    }

    /// The same for a text that may be missing.
    pub(crate) fn parse_optional(text: Option<&str>) -> Result<Option<Self>, MessageTooLong> {
        text.map_or(Ok(None), Self::parse)
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

fn is_printable(character: char) -> bool {
    !character.is_control() || matches!(character, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_trimmed_and_counted_in_characters() {
        let longest = "🤗".repeat(MAX_MESSAGE_LENGTH);
        assert_eq!(Message::parse(&format!("  {longest}\n")), Ok(Some(Message(longest.clone()))));
        assert_eq!(Message::parse(&format!("{longest}!")), Err(MessageTooLong));
    }

    #[test]
    fn nothing_written_is_no_message() {
        assert_eq!(Message::parse(" \n\t\u{0}"), Ok(None));
        assert_eq!(Message::parse_optional(None), Ok(None));
    }

    proptest! {
        #[test]
        fn what_was_parsed_once_parses_to_itself(text in ".{0,600}") {
            if let Ok(Some(message)) = Message::parse(&text) {
                let has_nul = message.0.contains('\0');
                prop_assert!(!has_nul);
                prop_assert_eq!(Message::parse(&message.0), Ok(Some(message)));
            }
        }
    }
}
