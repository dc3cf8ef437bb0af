//! How long a stream may go on: until its client's token expires or its session is revoked.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Authenticator, Identity, SessionWatch};

/// Why a stream has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfLife {
    Expired,
    Revoked,
}

impl EndOfLife {
    pub fn message(self) -> &'static str {
        match self {
            Self::Expired => "the access token has expired",
            Self::Revoked => "the session has ended",
        }
    }
}

/// Watches over one identity. An anonymous client's never ends.
#[derive(Debug, Default)]
pub struct Lifetime {
    expires: Option<Instant>,
    session: Option<SessionWatch>,
}

impl Lifetime {
    pub fn of(identity: Option<&Identity>, authenticator: &Authenticator) -> Self {
        let Some(identity) = identity else {
            return Self::default();
        };
        let left = identity.expires_at.map(|end| (end - authenticator.clock.now()).to_std());
        Self {
            expires: left.map(|left| Instant::now() + left.unwrap_or(Duration::ZERO)),
            session: identity.session.as_deref().map(|session| authenticator.revocations().watch(session)),
        }
    }

    /// Returns when the identity no longer holds. May be called again.
    pub async fn ended(&self) -> EndOfLife {
        let expired = async {
            match self.expires {
                Some(instant) => sleep_until(instant).await,
                None => std::future::pending().await,
            }
        };
        let revoked = async {
            match &self.session {
                Some(session) => session.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = expired => EndOfLife::Expired,
            () = revoked => EndOfLife::Revoked,
        }
    }
}
