//! Which passwords are good enough: NIST SP 800-63B, section 3.1.1.2. Long enough, not among those that everybody
//! tries first, and no rules about what they are made of.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use crate::passwords::well_known;

const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 128;
/// No accepted password is longer than this, in bytes, before it is normalised.
const MAX_BYTES: usize = 4 * MAX_CHARACTERS;
/// What the service is called is the first thing to be tried on it.
const SERVICE: &str = "hugmood";

/// A new password that may be taken.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

/// A password as somebody presents it, to be compared.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Presented(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error("a password has at least {MIN_CHARACTERS} characters")]
    Short,
    #[error("a password has at most {MAX_CHARACTERS} characters")]
    Long,
    #[error("this password is one of the first that anybody would try")]
    Common,
}

impl Password {
    /// `known` is what others know of the user: names and addresses, which are no passwords.
    pub(crate) fn parse(text: &str, known: &[&str]) -> Result<Self, PasswordError> {
        if text.len() > MAX_BYTES {
            return Err(PasswordError::Long);
        }
        let normal = normalised(text);
        match normal.chars().count() {
            count if count < MIN_CHARACTERS => return Err(PasswordError::Short),
            count if count > MAX_CHARACTERS => return Err(PasswordError::Long),
            _ => {}
        }
        if is_common(&normal.to_lowercase(), known) {
            return Err(PasswordError::Common);
        }
        Ok(Self(normal))
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

impl Presented {
    /// Texts that no password can be become an empty one, which costs as much to refuse as any.
    pub(crate) fn new(text: &str) -> Self {
        Self(if text.len() > MAX_BYTES { String::new() } else { normalised(text) })
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// The same password from another keyboard is the same password.
fn normalised(text: &str) -> String {
    text.nfkc().collect()
}

fn is_common(password: &str, known: &[&str]) -> bool {
    let bare = password.trim_end_matches(|last: char| last.is_ascii_digit() || last.is_ascii_punctuation());
    well_known::contains(password)
        || bare == SERVICE
        || known.iter().any(|text| normalised(text).to_lowercase() == password)
        || repeats(password)
        || runs(password)
}

/// Whether it is one to three characters over and over.
fn repeats(password: &str) -> bool {
    let characters: Vec<_> = password.chars().collect();
    (1..=3).any(|length| characters.iter().zip(characters.iter().skip(length)).all(|(one, next)| one == next))
}

/// Whether it is a run of the alphabet, the digits or a keyboard's row, in either direction.
fn runs(password: &str) -> bool {
    const ROWS: [&str; 6] = [
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiop",
        "qwertzuiop",
        "asdfghjkl",
        "azertyuiop",
    ];
    let reversed: String = password.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(password) || row.contains(&reversed))
}

macro_rules! secret_debug {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
secret_debug!(Password Presented);

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<PasswordError> {
        Password::parse(text, &["ada.lovelace", "ada@example.org"]).err()
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(refused("7chars!"), Some(PasswordError::Short));
        assert_eq!(refused("éééé"), Some(PasswordError::Short));
        assert_eq!(refused("пароль-мой"), None);
        assert_eq!(refused(&"xy z".repeat(32)), None);
        assert_eq!(refused(&"xy z!".repeat(26)), Some(PasswordError::Long));
        assert_eq!(refused(&"x".repeat(1_000_000)), Some(PasswordError::Long));
    }

    #[test]
    fn what_everybody_tries_first_is_refused_in_any_case() {
        let common = [
            "password",
            "PASSWORD1",
            "12345678",
            "87654321",
            "qwertyui",
            "aaaaaaaa",
            "abababab",
            "abcabcabc",
            "abcdefgh",
            "iloveyou",
            "Ada.Lovelace",
            "ADA@example.org",
            "hugmood2026!",
            "Trustno1",
        ];
        for text in common {
            assert_eq!(refused(text), Some(PasswordError::Common), "{text}");
        }
    }

    #[test]
    fn nothing_is_asked_of_what_it_is_made_of() {
        for text in ["correct horse battery staple", "lowercaseonlybutlong", "        x", "94837265019283"] {
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn forms_of_the_same_characters_are_the_same_password() {
        assert!(Presented::new("cafe\u{301} cre\u{300}me") == Presented::new("café crème"));
        assert_eq!(format!("{:?}", Presented::new("secret")), "Presented(…)");
    }
}
