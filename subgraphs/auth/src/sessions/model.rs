//! What a session consists of.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{RefreshTokenId, SessionId, UserId};

use crate::{access_tokens::AccessToken, digest};

/// How long a refresh token waits to be used.
pub(crate) const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long a spent token still gets the child it was spent for: a client whose answer was lost, or whose requests
/// crossed, asks again.
pub(crate) const GRACE: TimeDelta = TimeDelta::seconds(10);

/// What tells these tokens from others, for people and for programs that look for leaked secrets.
const PREFIX: &str = "hmr_";

/// A refresh token: 256 random bits that only its holder knows. Here, their digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken([u8; 32]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a refresh token")]
pub(crate) struct RefreshTokenError;

impl RefreshToken {
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        digest::random().map(Self)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, RefreshTokenError> {
        let digits = text.strip_prefix(PREFIX).ok_or(RefreshTokenError)?;
        digest::of_text(digits).map(Self).ok_or(RefreshTokenError)
    }

    /// The token that follows this one. It takes both halves to know it: the token, which only the client has, and
    /// the salt, which only the database has. So it can be given again without being kept, and whoever stole a token
    /// can't work out its descendants.
    pub(crate) fn child(&self, salt: &[u8; 32]) -> Self {
        Self(digest::sha256(&[b"refresh token: child\0", &self.0, salt]))
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> String {
        digest::to_text(&digest::sha256(&[b"refresh token: hash\0", &self.0]))
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{PREFIX}{}", digest::to_text(&self.0))
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RefreshToken(…)")
    }
}

/// What a client gets.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) user: UserId,
    pub(crate) access: AccessToken,
    pub(crate) refresh: RefreshToken,
}

/// A refresh token as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct StoredToken {
    pub(crate) id: RefreshTokenId,
    pub(crate) session: SessionId,
    pub(crate) parent: Option<RefreshTokenId>,
    pub(crate) spent_at: Option<DateTime<Utc>>,
    /// What its child was made with; forgotten once that has a child itself.
    pub(crate) child_salt: Option<[u8; 32]>,
}

/// A session as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    /// When its last access token expires.
    pub(crate) access_until: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_as_nothing_else() {
        let token = RefreshToken::generate().unwrap();
        assert_eq!(RefreshToken::parse(&token.to_text()), Ok(token.clone()));
        for wrong in ["", "hmr_", "hmr_AAAA", &token.to_text()[4..], &format!("{}A", token.to_text())] {
            assert_eq!(RefreshToken::parse(wrong), Err(RefreshTokenError), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "RefreshToken(…)");
    }

    #[test]
    fn a_child_follows_from_token_and_salt_and_from_neither_alone() {
        let (one, other) = (RefreshToken::generate().unwrap(), RefreshToken::generate().unwrap());
        assert_eq!(one.child(&[1; 32]), one.child(&[1; 32]));
        assert_ne!(one.child(&[1; 32]), one.child(&[2; 32]));
        assert_ne!(one.child(&[1; 32]), other.child(&[1; 32]));
        assert_ne!(one.hash(), one.child(&[0; 32]).hash());
    }
}
