//! Refusals: what a user can cause and mend, as a value in the mutation's payload.

use async_graphql::{Error, SimpleObject};
use chrono::TimeDelta;
use idempotency::IdempotencyError;

use crate::Failure;

/// Why a mutation did nothing, for the user to mend.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct UserError {
    /// What is wrong, for programs: one of the codes in docs/ERRORS.md.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
    /// Which part of the input it is about, from `input` down; empty when it is about the whole.
    pub path: Vec<String>,
    /// After how many seconds it may go well: of `RATE_LIMITED`, and null of everything else.
    pub retry_after_seconds: Option<i32>,
}

impl UserError {
    pub fn new(code: &str, message: impl Into<String>, path: &[&str]) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            retry_after_seconds: None,
        }
    }

    /// It was tried too often, and may go well after `wait`.
    pub fn rate_limited(message: impl Into<String>, wait: TimeDelta) -> Self {
        let retry_after_seconds = Some(i32::try_from(clock::whole_seconds(wait)).unwrap_or(i32::MAX));
        Self { retry_after_seconds, ..Self::new("RATE_LIMITED", message, &[]) }
    }
}

/// A feature's error: each is either a refusal that the user may read, or a failure.
pub trait Refusal: Sized {
    /// The refusal, or the top-level error when it is none.
    fn into_user_error(self) -> Result<UserError, Error>;
}

/// Splits a domain result into the two halves of a payload. Failures become top-level errors.
pub fn settle<T, E: Refusal>(result: Result<T, E>) -> Result<(Option<T>, Vec<UserError>), Error> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(error) => Ok((None, vec![error.into_user_error()?])),
    }
}

/// What is wrong with the key under which a client sent its input.
impl Refusal for IdempotencyError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let message = self.to_string();
        let refusal = |code| Ok(UserError::new(code, message, &["input", "idempotencyKey"]));
        match self {
            Self::Reused => refusal("IDEMPOTENCY_KEY_REUSED"),
            Self::Malformed => refusal("IDEMPOTENCY_KEY_MALFORMED"),
            Self::Database(error) => Err(Failure::internal(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_in_whole_seconds_and_never_too_short() {
        for (milliseconds, seconds) in
            [(-5, 1), (0, 1), (1, 1), (1000, 1), (1001, 2), (i64::MAX / 4, i32::MAX)]
        {
            let error = UserError::rate_limited("too often", TimeDelta::milliseconds(milliseconds));
            assert_eq!(error.retry_after_seconds, Some(seconds));
        }
        assert_eq!(UserError::new("TAKEN", "taken", &[]).retry_after_seconds, None);
    }
}
