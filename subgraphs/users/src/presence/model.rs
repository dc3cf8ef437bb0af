//! What is known of somebody's being there.

use chrono::{DateTime, Utc};

/// A connection as its client names it: 1 to 64 letters, digits, `-` or `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connection's id has 1 to {MAX_CONNECTION_ID} letters, digits, `-` or `_`")]
pub(crate) struct ConnectionIdError;

const MAX_CONNECTION_ID: usize = 64;

impl ConnectionId {
    pub(crate) fn parse(text: &str) -> Result<Self, ConnectionIdError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let good = (1..=MAX_CONNECTION_ID).contains(&text.len()) && text.bytes().all(allowed);
        good.then(|| Self(text.to_owned())).ok_or(ConnectionIdError)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A connection's sign of life, as the client sent it.
#[derive(Debug, Clone)]
pub(crate) struct Heartbeat {
    pub(crate) connection_id: String,
    /// The person isn't looking.
    pub(crate) away: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Status {
    Online,
    /// Connected, without looking.
    Away,
    #[default]
    Offline,
}

/// What the living connections and the last departure of somebody say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The last sign of life of a connection whose person looks.
    pub(crate) looking_at: Option<DateTime<Utc>>,
    /// The last sign of life of a connection whose person doesn't.
    pub(crate) away_at: Option<DateTime<Utc>>,
    /// When all former connections had been forgotten: the last sign of life of the last one.
    pub(crate) left_at: Option<DateTime<Utc>>,
}

impl Trace {
    pub(crate) fn status(&self) -> Status {
        match (self.looking_at, self.away_at) {
            (Some(_), _) => Status::Online,
            (None, Some(_)) => Status::Away,
            (None, None) => Status::Offline,
        }
    }

    pub(crate) fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.looking_at.max(self.away_at).max(self.left_at)
    }

    /// All of it, as its owner sees it.
    pub(crate) fn whole(&self) -> Seen {
        Seen { status: Some(self.status()), last_seen_at: self.last_seen_at() }
    }
}

/// What somebody sees of another person's presence: nothing, unless it is shown to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) status: Option<Status>,
    pub(crate) last_seen_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_that_looks_is_enough_to_be_online() {
        let at = Some(DateTime::UNIX_EPOCH);
        let trace = |looking_at, away_at| Trace { looking_at, away_at, left_at: None }.status();
        assert_eq!(trace(at, at), Status::Online);
        assert_eq!(trace(None, at), Status::Away);
        assert_eq!(trace(None, None), Status::Offline);
    }

    #[test]
    fn a_connection_has_a_short_plain_name() {
        assert!(ConnectionId::parse("tab-1_A").is_ok());
        for wrong in ["", "a b", "ä", "a\u{0}", &"x".repeat(65)] {
            assert_eq!(ConnectionId::parse(wrong), Err(ConnectionIdError), "{wrong:?}");
        }
    }
}
