//! The caller as a subgraph knows it, after the assertion was verified.

use ids::{SessionId, UserId};

use crate::{Assertion, AssertionError};

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: UserId,
    pub session_id: Option<SessionId>,
    pub roles: Vec<String>,
    pub scopes: Vec<String>,
}

impl Viewer {
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }
}

/// On whose behalf a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A client that didn't say who it is.
    Anonymous,
    /// A client that is logged in.
    User(Viewer),
    /// Another service, in its own name.
    Service(String),
}

/// Who signs for clients; every other issuer is a service.
const GATEWAY: &str = "gateway";

impl Caller {
    pub fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::User(viewer) => Some(viewer),
            Self::Anonymous | Self::Service(_) => None,
        }
    }
}

impl TryFrom<Assertion> for Caller {
    type Error = AssertionError;

    fn try_from(assertion: Assertion) -> Result<Self, AssertionError> {
        if assertion.issuer != GATEWAY {
            return Ok(Self::Service(assertion.issuer));
        }
        let Some(subject) = assertion.subject else {
            return Ok(Self::Anonymous);
        };
        let session = assertion.session.map(|session| SessionId::parse(&session));
        Ok(Self::User(Viewer {
            user_id: UserId::parse(&subject).map_err(|_| AssertionError::Subject)?,
            session_id: session.transpose().map_err(|_| AssertionError::Subject)?,
            roles: assertion.roles,
            scopes: assertion.scopes,
        }))
    }
}
