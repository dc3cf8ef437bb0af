//! Who the client is: bearer tokens, the keys that vouch for them, sessions that were revoked.

mod keys;
mod lifetime;
mod revocations;
mod token;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clock::SharedClock;
use http::{HeaderMap, header};
use moka::sync::Cache;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub use keys::{FindJwks, JwksConfig, JwksHealth, JwksSource};
pub use lifetime::{EndOfLife, Lifetime};
pub use revocations::{Revocations, Watch};

use crate::config::Problem;
use keys::{Generation, JwksKeys, KeySet};
use token::{ClaimNames, TokenRules};

/// How many verified tokens are remembered, so that a client's next request costs no signature check.
const REMEMBERED_TOKENS: u64 = 10_000;
/// Longer texts are no tokens.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Who the gateway found the client to be.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The token's `sub`.
    pub subject: String,
    pub session: Option<String>,
    pub roles: Vec<String>,
    pub scopes: Vec<String>,
    pub policies: Vec<String>,
    /// When the token ends, and with it every stream opened by it.
    pub expires_at: Option<DateTime<Utc>>,
    /// The whole payload of the token.
    pub claims: Map<String, Value>,
}

impl Identity {
    /// When the token was issued, if it says so.
    fn issued_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.claims.get("iat")?.as_i64()?, 0)
    }
}

/// Which tokens are believed. Without keys and without a secret no token is looked at and everybody is anonymous.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthenticationConfig {
    /// What `iss` has to be.
    pub issuer: Option<String>,
    /// What `aud` has to hold.
    pub audience: Option<String>,
    /// How far the issuer's clock may be off.
    pub leeway_seconds: u32,
    /// Where the public keys are (EdDSA, RS256, ES256).
    pub jwks: Option<JwksConfig>,
    /// The shared secret for HS256. Better given by the environment than by a file.
    pub secret: Option<String>,
    /// What the claims are called.
    pub claims: ClaimNames,
}

impl Default for AuthenticationConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: None,
            leeway_seconds: 5,
            jwks: None,
            secret: None,
            claims: ClaimNames::default(),
        }
    }
}

impl AuthenticationConfig {
    /// What the types can't tell.
    pub(crate) fn problems(&self) -> Option<Problem> {
        let jwks = self.jwks.as_ref()?;
        let sound = jwks.url.is_some() != jwks.subgraph.is_some();
        (!sound).then(|| Problem::of("authentication.jwks", "give either url or subgraph"))
    }
}

/// Why a client that says who it is is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    #[error("the access token is not valid: {0}")]
    Invalid(&'static str),
    #[error("the session has ended")]
    Revoked,
    #[error("tokens can't be checked at the moment")]
    Unavailable,
}

/// Checks tokens.
pub struct Authenticator {
    rules: TokenRules,
    secret: Option<KeySet>,
    jwks: Option<JwksKeys>,
    revocations: Revocations,
    verified: Cache<String, Verified>,
    clock: SharedClock,
}

#[derive(Clone)]
struct Verified {
    identity: Arc<Identity>,
    /// Which keys it was verified with; when they change, it is verified again.
    generation: Generation,
}

impl Authenticator {
    /// `find_jwks` says where the configured keys are fetched from.
    pub fn new(
        config: &AuthenticationConfig,
        find_jwks: Option<FindJwks>,
        revocations: Revocations,
        clock: SharedClock,
    ) -> Self {
        let jwks = config.jwks.clone().zip(find_jwks);
        Self {
            rules: TokenRules::new(config),
            secret: config.secret.as_deref().filter(|secret| !secret.is_empty()).map(KeySet::of_secret),
            jwks: jwks.map(|(config, find)| JwksKeys::new(&config, find, clock.clone())),
            revocations,
            verified: Cache::new(REMEMBERED_TOKENS),
            clock,
        }
    }

    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// How fetching keys has been going; `None` when none are fetched.
    pub fn jwks_health(&self) -> Option<JwksHealth> {
        self.jwks.as_ref().map(JwksKeys::health)
    }

    /// The client behind these headers; `None` for one that doesn't say who it is.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Arc<Identity>>, AuthenticationError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if !self.is_configured() {
            return Ok(None);
        }
        if values.next().is_some() {
            return Err(AuthenticationError::Invalid("more than one Authorization header"));
        }
        let value = value.to_str().map_err(|_| AuthenticationError::Invalid("not text"))?;
        self.authenticate_value(value).await.map(Some)
    }

    /// The client behind the text of an `Authorization` header, wherever it stood.
    pub async fn authenticate_value(&self, value: &str) -> Result<Arc<Identity>, AuthenticationError> {
        let (scheme, token) = value.trim().split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(AuthenticationError::Invalid("only the Bearer scheme is understood"));
        }
        self.verify(token.trim()).await
    }

    /// Whether any token could ever be believed.
    pub fn is_configured(&self) -> bool {
        self.secret.is_some() || self.jwks.is_some()
    }

    /// Whether the identity still holds now.
    pub fn still_holds(&self, identity: &Identity) -> Result<(), AuthenticationError> {
        let now = self.clock.now();
        if identity.expires_at.is_some_and(|end| end + self.rules.leeway() <= now) {
            return Err(AuthenticationError::Invalid("it has expired"));
        }
        if self.revocations.refuses(identity) {
            return Err(AuthenticationError::Revoked);
        }
        Ok(())
    }

    async fn verify(&self, token: &str) -> Result<Arc<Identity>, AuthenticationError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AuthenticationError::Invalid("it is too long"));
        }
        if let Some(verified) = self.verified.get(token)
            && verified.generation == self.generation()
        {
            self.still_holds(&verified.identity)?;
            return Ok(verified.identity);
        }
        let (claims, generation) = self.check_signature(token).await?;
        let identity = Arc::new(self.rules.identity(claims, self.clock.now())?);
        self.still_holds(&identity)?;
        self.verified.insert(token.to_owned(), Verified { identity: Arc::clone(&identity), generation });
        Ok(identity)
    }

    fn generation(&self) -> Generation {
        self.jwks.as_ref().map(JwksKeys::generation).unwrap_or_default()
    }

    async fn check_signature(
        &self,
        token: &str,
    ) -> Result<(Map<String, Value>, Generation), AuthenticationError> {
        let header = token::header_of(token)?;
        if header.alg == jsonwebtoken::Algorithm::HS256 {
            let keys = self.secret.as_ref().ok_or(token::WRONG_ALGORITHM)?;
            return Ok((self.rules.decode(token, &header, keys)?, self.generation()));
        }
        let jwks = self.jwks.as_ref().ok_or(token::WRONG_ALGORITHM)?;
        let keys = jwks.keys_for(&header).await?;
        Ok((self.rules.decode(token, &header, &keys)?, keys.generation))
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Authenticator")
    }
}
