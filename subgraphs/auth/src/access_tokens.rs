//! Access tokens: JWTs of fifteen minutes (RFC 7519, RFC 9068), signed with a key pair whose public half anybody may
//! fetch, or with a shared secret when one is set.

pub(crate) mod http;
pub(crate) mod keys;
mod store;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{SessionId, UserId};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use service::Secret;

use crate::{context::Ctx, digest, roles::Roles, store::StoreError};

/// How long a token is good for.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// Who issues tokens, and for whom.
const ISSUER: &str = "hugmood";
const AUDIENCE: &str = "hugmood";

#[derive(Debug, thiserror::Error)]
pub(crate) enum IssueError {
    #[error("there is no key to sign with")]
    NoKey,
    #[error("a key in the database can't be read")]
    BrokenKey,
    #[error(transparent)]
    Signing(#[from] jsonwebtoken::errors::Error),
    #[error(transparent)]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Database(#[from] StoreError),
}

/// Where the keys come from.
pub(crate) enum Issuer {
    /// Key pairs in the database (EdDSA).
    KeyPairs,
    /// One secret, which the gateway knows as well (HS256).
    Secret(Box<EncodingKey>),
}

/// A key, ready to sign.
pub(crate) struct Signer {
    header: Header,
    key: EncodingKey,
}

/// A signed token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) text: String,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: UserId,
    sid: SessionId,
    scope: &'a str,
    roles: &'a [&'a str],
    exp: i64,
    iat: i64,
    jti: String,
}

impl Issuer {
    pub(crate) fn new(secret: Option<&Secret>) -> Self {
        match secret {
            Some(secret) => Self::Secret(Box::new(EncodingKey::from_secret(secret.reveal().as_bytes()))),
            None => Self::KeyPairs,
        }
    }

    pub(crate) fn uses_key_pairs(&self) -> bool {
        matches!(self, Self::KeyPairs)
    }

    /// The key that signs now.
    pub(crate) async fn signer(&self, ctx: &Ctx) -> Result<Signer, IssueError> {
        match self {
            Self::Secret(key) => Ok(Signer { header: Header::new(Algorithm::HS256), key: (**key).clone() }),
            Self::KeyPairs => {
                let stored = store::signing(ctx.db.reader(), ctx.now()).await?.ok_or(IssueError::NoKey)?;
                let header = Header { kid: Some(stored.id.to_string()), ..Header::new(Algorithm::EdDSA) };
                Ok(Signer { header, key: stored.encoding_key().ok_or(IssueError::BrokenKey)? })
            }
        }
    }
}

impl Signer {
    /// A token for the session of a user who has these roles. Its times are whole seconds, as the format wants them.
    pub(crate) fn issue(
        &self,
        user: UserId,
        session: SessionId,
        roles: &Roles,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, IssueError> {
        let (iat, exp) = (now.timestamp(), (now + LIFETIME).timestamp());
        let claims = Claims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: user,
            sid: session,
            scope: &roles.scope(),
            roles: &roles.in_token(),
            exp,
            iat,
            jti: digest::to_text(&digest::random()?[..16]),
        };
        let text = jsonwebtoken::encode(&self.header, &claims, &self.key)?;
        Ok(AccessToken { text, expires_at: DateTime::from_timestamp(exp, 0).unwrap_or(now) })
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.uses_key_pairs() { "Issuer::KeyPairs" } else { "Issuer::Secret(…)" })
    }
}
