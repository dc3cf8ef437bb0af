//! Which events of the bus take rights away, and from whom.

use std::{borrow::Cow, collections::BTreeSet};

use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

/// What is heard on the bus about rights that end before their tokens do. Nothing by default.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RevocationsConfig {
    /// How far back, in seconds, events are read again at a start or after the bus was lost: at least the life of
    /// an access token; 3600 by default.
    pub memory_seconds: u32,
    /// The events; each may be named more than once, with another consequence.
    pub events: Vec<RevocationEvent>,
}

impl Default for RevocationsConfig {
    fn default() -> Self {
        Self { memory_seconds: 3_600, events: Vec::new() }
    }
}

impl RevocationsConfig {
    pub(super) fn subjects(&self) -> Vec<String> {
        let subjects: BTreeSet<_> = self.events.iter().map(|event| event.subject.clone()).collect();
        subjects.into_iter().collect()
    }

    pub(super) fn memory(&self) -> TimeDelta {
        TimeDelta::seconds(self.memory_seconds.into())
    }
}

/// An event that takes rights away.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "EventAsWritten")]
pub struct RevocationEvent {
    pub(super) subject: String,
    /// Names the session or the user.
    pub(super) field: String,
    pub(super) until_field: Option<String>,
    pub(super) consequence: RevocationConsequence,
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationConsequence {
    /// The session's tokens are refused, its streams end.
    SessionEnds,
    /// The user's streams end; new ones may begin at once.
    StreamsEnd,
    /// The user's tokens from before the event are refused, all of the user's streams end.
    TokensEnd,
}

/// Names either a session or a user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EventAsWritten {
    /// The event, such as `auth.SessionRevoked`.
    subject: String,
    /// The field of its data that holds a session's id: the session's tokens are refused, its streams end.
    session_field: Option<String>,
    /// The field of its data that holds a user's id: all of the user's streams end, and clients connect again under
    /// the rights of now.
    user_field: Option<String>,
    /// With `user_field`: the user's tokens that were issued before the event are refused too.
    #[serde(default)]
    refuse_tokens: bool,
    /// The field that holds the instant until which refused tokens would have been good; without it they are refused
    /// for `memory_seconds`.
    until_field: Option<String>,
}

/// Why an event is refused.
#[derive(Debug, thiserror::Error)]
pub enum RevocationEventError {
    #[error("a revocation event has exactly one of session_field, user_field")]
    NotOne,
    #[error("refuse_tokens goes with user_field: a session's tokens are refused anyway")]
    RefuseTokens,
    #[error("{0:?} is not the subject of an event such as auth.SessionRevoked")]
    Subject(String),
}

impl TryFrom<EventAsWritten> for RevocationEvent {
    type Error = RevocationEventError;

    fn try_from(written: EventAsWritten) -> Result<Self, Self::Error> {
        let EventAsWritten { subject, session_field, user_field, refuse_tokens, until_field } = written;
        let words: Vec<&str> = subject.split('.').collect();
        if words.len() != 2 || words.iter().any(|word| word.is_empty() || *word == "*") {
            return Err(RevocationEventError::Subject(subject));
        }
        let (field, consequence) = match (session_field, user_field) {
            (Some(_), None) if refuse_tokens => return Err(RevocationEventError::RefuseTokens),
            (Some(field), None) => (field, RevocationConsequence::SessionEnds),
            (None, Some(field)) if refuse_tokens => (field, RevocationConsequence::TokensEnd),
            (None, Some(field)) => (field, RevocationConsequence::StreamsEnd),
            _ => return Err(RevocationEventError::NotOne),
        };
        Ok(Self { subject, field, until_field, consequence })
    }
}

impl JsonSchema for RevocationEvent {
    fn schema_name() -> Cow<'static, str> {
        "RevocationEvent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        EventAsWritten::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn event(yaml: &str) -> Result<RevocationEvent, String> {
        let config = Config::from_yaml(&format!("revocations: {{events: [{yaml}]}}"));
        let config = config.map_err(|error| format!("{error:?}"))?;
        Ok(config.revocations.and_then(|mut config| config.events.pop()).expect("one event"))
    }

    #[test]
    fn an_event_names_a_session_or_a_user() {
        let consequence = |yaml| event(yaml).unwrap().consequence;
        let session =
            consequence("{subject: auth.SessionRevoked, session_field: sessionId, until_field: until}");
        assert_eq!(session, RevocationConsequence::SessionEnds);
        let user = consequence("{subject: auth.RoleChanged, user_field: userId}");
        assert_eq!(user, RevocationConsequence::StreamsEnd);
        let tokens = consequence("{subject: auth.PasswordChanged, user_field: userId, refuse_tokens: true}");
        assert_eq!(tokens, RevocationConsequence::TokensEnd);
        for (yaml, reason) in [
            ("{subject: auth.A}", "exactly one"),
            ("{subject: auth.A, session_field: a, user_field: b}", "exactly one"),
            ("{subject: auth.A, session_field: a, refuse_tokens: true}", "goes with user_field"),
            ("{subject: auth, user_field: a}", "not the subject"),
            ("{subject: auth.*, user_field: a}", "not the subject"),
            ("{subject: auth.A, user_field: a, session: b}", "unknown field"),
        ] {
            let error = event(yaml).unwrap_err();
            assert!(error.contains(reason), "{yaml}: {error}");
        }
    }
}
