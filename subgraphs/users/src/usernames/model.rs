//! What a username may look like.

use std::fmt;

use unicode_normalization::char::is_combining_mark;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _, skeleton};

use crate::text;

const MIN_CHARACTERS: usize = 2;
const MAX_CHARACTERS: usize = 30;

/// Names that would speak for the service, or that addresses and programs use for something else.
const RESERVED: [&str; 62] = [
    "about",
    "abuse",
    "account",
    "admin",
    "administrator",
    "all",
    "anonymous",
    "api",
    "app",
    "auth",
    "billing",
    "blog",
    "bot",
    "contact",
    "deleted",
    "everyone",
    "feedback",
    "graphql",
    "guest",
    "health",
    "help",
    "helpdesk",
    "here",
    "hugbot",
    "hugmood",
    "hugs",
    "info",
    "legal",
    "login",
    "logout",
    "mail",
    "me",
    "mod",
    "moderator",
    "moods",
    "news",
    "nobody",
    "noreply",
    "null",
    "official",
    "owner",
    "postmaster",
    "privacy",
    "register",
    "root",
    "security",
    "self",
    "settings",
    "signin",
    "signup",
    "social",
    "staff",
    "status",
    "streaks",
    "support",
    "system",
    "team",
    "terms",
    "undefined",
    "user",
    "users",
    "www",
];

/// A username: in NFKC and lower case, of one script, without anything that could be taken for something else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Username(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsernameError {
    #[error("a username has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters")]
    Length,
    #[error("a username has letters and digits of one script, `_`, and `.` between them")]
    Characters,
    #[error("this username is kept for the service itself")]
    Reserved,
}

impl Username {
    pub(crate) fn parse(text: &str) -> Result<Self, UsernameError> {
        // Long before it is folded, so that folding is cheap.
        if text.chars().count() > 4 * MAX_CHARACTERS {
            return Err(UsernameError::Length);
        }
        let name = Self::folded(text);
        if !(MIN_CHARACTERS..=MAX_CHARACTERS).contains(&name.0.chars().count()) {
            return Err(UsernameError::Length);
        }
        if !name.is_well_formed() {
            return Err(UsernameError::Characters);
        }
        if name.is_reserved() {
            return Err(UsernameError::Reserved);
        }
        Ok(name)
    }

    /// The form in which a name is stored and looked up, of a name that need not be one.
    pub(crate) fn folded(text: &str) -> Self {
        Self(text::fold(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like (UTS #39, section 4) whatever its case: two names with the same skeleton can be mistaken
    /// for each other.
    pub(crate) fn skeleton(&self) -> String {
        skeleton(&text::without_case(&self.0)).collect()
    }

    fn is_well_formed(&self) -> bool {
        let name = self.0.as_str();
        let dots_apart = !name.starts_with('.') && !name.ends_with('.') && !name.contains("..");
        let marks_follow = !name.starts_with(is_combining_mark);
        dots_apart
            && marks_follow
            && name.chars().all(is_allowed)
            && name.chars().any(char::is_alphanumeric)
            && name.check_restriction_level(RestrictionLevel::HighlyRestrictive)
    }

    fn is_reserved(&self) -> bool {
        let bare: String = self.0.chars().filter(|character| !matches!(character, '_' | '.')).collect();
        let look = Self(bare).skeleton();
        RESERVED.iter().any(|word| skeleton(word).eq(look.chars()))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Letters, digits, `_`, `.`, and the marks without which some scripts can't be written. The marks that all scripts
/// share are no part of a name: those that belong to a letter have become one with it in NFKC.
fn is_allowed(character: char) -> bool {
    let shared_mark = matches!(character, '\u{0300}'..='\u{036F}');
    character.is_alphanumeric()
        || matches!(character, '_' | '.')
        || (is_combining_mark(character) && !shared_mark)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, UsernameError> {
        Username::parse(text).map(|name| name.0)
    }

    #[test]
    fn a_name_is_kept_folded() {
        assert_eq!(parsed("Ada.Lovelace_1815"), Ok("ada.lovelace_1815".to_owned()));
        assert_eq!(parsed("ＢＯ"), Ok("bo".to_owned()));
        assert_eq!(parsed("Émile"), Ok("émile".to_owned()));
        assert_eq!(parsed("李小龙"), Ok("李小龙".to_owned()));
        assert_eq!(parsed("हिन्दी"), Ok("हिन्दी".to_owned()));
    }

    #[test]
    fn a_name_of_another_length_is_refused() {
        for text in ["", "a", &"a".repeat(31), &"a".repeat(100_000)] {
            assert_eq!(parsed(text), Err(UsernameError::Length));
        }
    }

    #[test]
    fn spaces_signs_marks_and_mixed_scripts_are_refused() {
        let wrong = [
            "ada lovelace",
            " ada",
            "ada\n",
            "ada@home",
            ".ada",
            "ada.",
            "a..da",
            "___",
            "ada\u{200D}b",
            "ada\u{0336}",
            "ада_ada",
            "аda",
            "ad\u{202E}a",
            "😀😀😀",
            "\u{3164}\u{3164}",
        ];
        for text in wrong {
            assert_eq!(parsed(text), Err(UsernameError::Characters), "{text:?}");
        }
    }

    #[test]
    fn names_of_the_service_are_refused_however_they_are_dressed() {
        for text in ["admin", "Admin", "ad_min", "HugMood", "hug.mood", "ѕսррогт"] {
            assert!(parsed(text).is_err(), "{text:?}");
        }
        assert_eq!(parsed("admin"), Err(UsernameError::Reserved));
        assert_eq!(parsed("s.y.s_t_e_m"), Err(UsernameError::Reserved));
        assert!(parsed("adminton").is_ok());
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        let cyrillic = Username::parse("сосо").unwrap();
        assert_eq!(cyrillic.skeleton(), Username::parse("coco").unwrap().skeleton());
        assert_ne!(Username::parse("ada").unwrap().skeleton(), Username::parse("bo").unwrap().skeleton());
    }

    #[test]
    fn names_that_differ_only_in_case_have_one_skeleton() {
        let skeleton = |text| Username::parse(text).unwrap().skeleton();
        assert_eq!(skeleton("straße"), skeleton("STRASSE"));
        assert_eq!(skeleton("οδος"), skeleton("ΟΔΟΣ"));
        assert_eq!(skeleton("ılgaz"), skeleton("ilgaz"));
    }

    proptest! {
        #[test]
        fn a_name_in_capitals_looks_like_the_name(text in "\\PC{0,32}") {
            if let (Ok(name), Ok(capitals)) = (Username::parse(&text), Username::parse(&text.to_uppercase())) {
                prop_assert_eq!(name.skeleton(), capitals.skeleton());
            }
        }

        #[test]
        fn parsing_a_parsed_name_changes_nothing(text in "\\PC{0,32}") {
            if let Ok(name) = Username::parse(&text) {
                prop_assert_eq!(Username::parse(name.as_str()), Ok(name));
            }
        }
    }
}
