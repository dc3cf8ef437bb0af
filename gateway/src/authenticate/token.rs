//! What a token has to look like: algorithm, signature, issuer, audience, time.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, Validation, decode, decode_header, errors::ErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{AuthenticationConfig, AuthenticationError, Identity, keys::KeySet};

/// The answer to an algorithm for which there is no key, `none` among them.
pub(super) const WRONG_ALGORITHM: AuthenticationError =
    AuthenticationError::Invalid("its algorithm is not accepted here");

/// Under which names a token carries what the gateway reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The session, by which it can be revoked.
    pub session: String,
    /// A list of texts, or one text with spaces.
    pub roles: String,
    /// A list of texts, or one text with spaces.
    pub scopes: String,
    /// A list of texts, or one text with spaces: what `@policy` may ask for.
    pub policies: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            session: "sid".to_owned(),
            roles: "roles".to_owned(),
            scopes: "scope".to_owned(),
            policies: "policies".to_owned(),
        }
    }
}

/// The configured rules for tokens.
#[derive(Debug)]
pub(super) struct TokenRules {
    issuer: Option<String>,
    audience: Option<String>,
    leeway: TimeDelta,
    claims: ClaimNames,
}

impl TokenRules {
    pub(super) fn new(config: &AuthenticationConfig) -> Self {
        Self {
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            leeway: TimeDelta::seconds(i64::from(config.leeway_seconds)),
            claims: config.claims.clone(),
        }
    }

    pub(super) fn leeway(&self) -> TimeDelta {
        self.leeway
    }

    /// The token's payload, if one of the keys signed it and issuer and audience are right. Time is not looked at.
    pub(super) fn decode(
        &self,
        token: &str,
        header: &Header,
        keys: &KeySet,
    ) -> Result<Map<String, Value>, AuthenticationError> {
        let validation = self.validation(header);
        let mut error = AuthenticationError::Invalid("no known key signed it");
        for key in keys.candidates(header) {
            match decode::<Map<String, Value>>(token, key, &validation) {
                Ok(data) => return Ok(data.claims),
                Err(reason) => error = explain(reason.kind()),
            }
        }
        Err(error)
    }

    fn validation(&self, header: &Header) -> Validation {
        // The header's algorithm decides only which keys are tried; `KeySet::candidates` gives none that is
        // meant for another algorithm.
        let mut validation = Validation::new(header.alg);
        // Time is checked in `identity`, against the injected clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let mut required = HashSet::from(["exp".to_owned(), "sub".to_owned()]);
        match &self.issuer {
            Some(issuer) => {
                validation.set_issuer(&[issuer]);
                required.insert("iss".to_owned());
            }
            None => validation.iss = None,
        }
        match &self.audience {
            Some(audience) => {
                validation.set_audience(&[audience]);
                required.insert("aud".to_owned());
            }
            None => validation.validate_aud = false,
        }
        validation.required_spec_claims = required;
        validation
    }

    /// Who the payload speaks of, if it holds at `now`.
    pub(super) fn identity(
        &self,
        claims: Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<Identity, AuthenticationError> {
        let instant = |name: &str| match claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => number(value)
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
                .map(Some)
                .ok_or(AuthenticationError::Invalid("a time in it is not a number")),
        };
        let expires_at = instant("exp")?.ok_or(AuthenticationError::Invalid("it never expires"))?;
        if expires_at + self.leeway <= now {
            return Err(AuthenticationError::Invalid("it has expired"));
        }
        if instant("nbf")?.is_some_and(|start| start > now + self.leeway) {
            return Err(AuthenticationError::Invalid("it is not valid yet"));
        }
        let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty());
        Ok(Identity {
            subject: subject.ok_or(AuthenticationError::Invalid("it names nobody"))?.to_owned(),
            session: claims.get(&self.claims.session).and_then(Value::as_str).map(str::to_owned),
            roles: texts(claims.get(&self.claims.roles)),
            scopes: texts(claims.get(&self.claims.scopes)),
            policies: texts(claims.get(&self.claims.policies)),
            expires_at: Some(expires_at),
            claims,
        })
    }
}

/// The token's header; nothing in it is believed, and no address in it is ever fetched.
pub(super) fn header_of(token: &str) -> Result<Header, AuthenticationError> {
    // An unknown algorithm, `none` included, does not parse.
    decode_header(token).map_err(|_| AuthenticationError::Invalid("it is not a signed JSON Web Token"))
}

/// Whole seconds; RFC 7519 allows fractions, which are cut.
fn number(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
    value.as_i64().or_else(|| {
        value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds)).map(|seconds| seconds as i64)
    })
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn explain(kind: &ErrorKind) -> AuthenticationError {
    AuthenticationError::Invalid(match kind {
        ErrorKind::InvalidIssuer => "another issuer made it",
        ErrorKind::InvalidAudience => "it is meant for another audience",
        ErrorKind::MissingRequiredClaim(_) => "a required claim is missing",
        ErrorKind::InvalidSignature => "its signature is wrong",
        _ => "it is not well formed",
    })
}
