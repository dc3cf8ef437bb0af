//! The signed assertion: what the gateway found out about a caller, for one subgraph and sixty seconds.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// How long an assertion is good for.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// How far two machines' clocks may disagree.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// What is asserted. All texts are as the client's token had them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assertion {
    /// Who asserts: `gateway`, or a service's name.
    pub issuer: String,
    /// The user, if the client said who it is.
    pub subject: Option<String>,
    pub session: Option<String>,
    pub roles: Vec<String>,
    pub scopes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    #[error("the assertion is missing")]
    Missing,
    #[error("the assertion is not signed by this installation's gateway")]
    Signature,
    #[error("the assertion is for another service")]
    Audience,
    #[error("the assertion has expired")]
    Expired,
    #[error("the assertion and {header} name different users", header = crate::USER_ID_HEADER)]
    Contradicted,
    #[error("the assertion names no valid user")]
    Subject,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
}

/// Signs assertions; the gateway has one, and each service that asks others.
#[derive(Clone)]
pub struct AssertionSigner(Arc<EncodingKey>);

impl AssertionSigner {
    pub fn new(secret: &str) -> Self {
        Self(Arc::new(EncodingKey::from_secret(secret.as_bytes())))
    }

    /// Signs `assertion` for the service `audience`.
    pub fn sign(&self, assertion: &Assertion, audience: &str, now: DateTime<Utc>) -> String {
        let claims = Claims {
            iss: assertion.issuer.clone(),
            aud: audience.to_owned(),
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            sub: assertion.subject.clone(),
            sid: assertion.session.clone(),
            roles: assertion.roles.clone(),
            scopes: assertion.scopes.clone(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.0)
            .expect("plain strings and numbers signed with a shared secret always encode")
    }
}

impl std::fmt::Debug for AssertionSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AssertionSigner")
    }
}

/// Verifies assertions addressed to one service.
#[derive(Clone)]
pub struct AssertionVerifier {
    key: Arc<DecodingKey>,
    audience: Arc<str>,
}

impl AssertionVerifier {
    pub fn new(secret: &str, audience: &str) -> Self {
        Self { key: Arc::new(DecodingKey::from_secret(secret.as_bytes())), audience: audience.into() }
    }

    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Assertion, AssertionError> {
        let mut validation = Validation::new(Algorithm::HS256);
        // Time and audience are checked below, against the injected clock.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &validation)
            .map_err(|_| AssertionError::Signature)?
            .claims;
        if claims.aud != *self.audience {
            return Err(AssertionError::Audience);
        }
        let early = claims.iat > (now + LEEWAY).timestamp();
        if early || claims.exp <= (now - LEEWAY).timestamp() {
            return Err(AssertionError::Expired);
        }
        Ok(Assertion {
            issuer: claims.iss,
            subject: claims.sub,
            session: claims.sid,
            roles: claims.roles,
            scopes: claims.scopes,
        })
    }
}

impl std::fmt::Debug for AssertionVerifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AssertionVerifier").field("audience", &self.audience).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn ada() -> Assertion {
        Assertion { issuer: "gateway".into(), subject: Some("usr_1".into()), ..Default::default() }
    }

    #[test]
    fn what_was_signed_for_a_service_is_verified_there_until_it_expires() {
        let token = AssertionSigner::new("secret").sign(&ada(), "hugs", now());
        let verifier = AssertionVerifier::new("secret", "hugs");
        assert_eq!(verifier.verify(&token, now()), Ok(ada()));
        assert_eq!(verifier.verify(&token, now() + TimeDelta::seconds(66)), Err(AssertionError::Expired));
        assert_eq!(verifier.verify(&token, now() - TimeDelta::seconds(60)), Err(AssertionError::Expired));
    }

    #[test]
    fn an_assertion_for_another_service_or_by_another_signer_is_refused() {
        let token = AssertionSigner::new("secret").sign(&ada(), "hugs", now());
        let elsewhere = AssertionVerifier::new("secret", "moods").verify(&token, now());
        assert_eq!(elsewhere, Err(AssertionError::Audience));
        let forged = AssertionSigner::new("guess").sign(&ada(), "hugs", now());
        let verifier = AssertionVerifier::new("secret", "hugs");
        assert_eq!(verifier.verify(&forged, now()), Err(AssertionError::Signature));
        assert_eq!(verifier.verify("not.a.token", now()), Err(AssertionError::Signature));
    }
}
