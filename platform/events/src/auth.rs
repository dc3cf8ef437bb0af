//! What `auth` tells: accounts made, sessions ended.

use chrono::{DateTime, Utc};
use ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::event;

/// Somebody made an account. The e-mail address stays in `auth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRegistered {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub registered_at: DateTime<Utc>,
}
event!(UserRegistered, "auth", "UserRegistered", 1, user_id);

/// A session ended before its time: logout, refresh token used twice, password changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionRevoked {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub revoked_at: DateTime<Utc>,
    /// When the last access token of the session expires: nobody needs to remember it after that.
    pub until: DateTime<Utc>,
}
event!(SessionRevoked, "auth", "SessionRevoked", 1, user_id);
