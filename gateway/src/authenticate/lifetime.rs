//! How long a stream may go on: until its client's token expires, its session ends, or its user's rights change.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Authenticator, Identity, Watch};

/// Why a stream has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfLife {
    Expired,
    Revoked,
    /// A new stream may begin, under the rights of now.
    RightsChanged,
}

impl EndOfLife {
    pub fn message(self) -> &'static str {
        match self {
            Self::Expired => "the access token has expired",
            Self::Revoked => "the session has ended",
            Self::RightsChanged => "the user's rights have changed, connect again",
        }
    }
}

/// Watches over one identity. An anonymous client's never ends.
#[derive(Debug, Default)]
pub struct Lifetime {
    expires: Option<Instant>,
    session: Option<Watch>,
    user: Option<Watch>,
}

impl Lifetime {
    pub fn of(identity: Option<&Identity>, authenticator: &Authenticator) -> Self {
        let Some(identity) = identity else {
            return Self::default();
        };
        let (session, user) = authenticator.revocations().watch(identity);
        let left = identity.expires_at.map(|end| (end - authenticator.clock.now()).to_std());
        Self {
            expires: left.map(|left| Instant::now() + left.unwrap_or(Duration::ZERO)),
            session,
            user: Some(user),
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
        tokio::select! {
            biased;
            () = expired => EndOfLife::Expired,
            () = ended(self.session.as_ref()) => EndOfLife::Revoked,
            () = ended(self.user.as_ref()) => EndOfLife::RightsChanged,
        }
    }
}

async fn ended(watch: Option<&Watch>) {
    match watch {
        Some(watch) => watch.ended().await,
        None => std::future::pending().await,
    }
}
