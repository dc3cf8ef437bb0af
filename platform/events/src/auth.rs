//! What `auth` tells: accounts made, sessions ended.

use chrono::{DateTime, Utc};
use ids::{ExportId, SessionId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event;

/// Somebody made an account. The e-mail address stays in `auth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRegistered {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub registered_at: DateTime<Utc>,
}
event!(UserRegistered, "auth", "UserRegistered", 1, user_id);

/// A session ended before its time: logout, refresh token used twice, password changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionRevoked {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub revoked_at: DateTime<Utc>,
    /// When the last access token of the session expires: nobody needs to remember it after that.
    pub until: DateTime<Utc>,
}
event!(SessionRevoked, "auth", "SessionRevoked", 1, user_id);

/// What somebody may do besides what everybody may. The streams and tokens that they have end with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolesChanged {
    pub user_id: UserId,
    /// All roles that they have now: `moderator`, `admin`.
    pub roles: Vec<String>,
    pub changed_at: DateTime<Utc>,
    /// When the last access token with other roles expires.
    pub until: DateTime<Utc>,
}
event!(RolesChanged, "auth", "RolesChanged", 1, user_id);

/// Somebody wants to be forgotten, and is on that day unless they change their mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureRequested {
    pub user_id: UserId,
    pub requested_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}
event!(ErasureRequested, "auth", "ErasureRequested", 1, user_id);

/// Somebody changed their mind, and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCancelled {
    pub user_id: UserId,
    pub cancelled_at: DateTime<Utc>,
}
event!(ErasureCancelled, "auth", "ErasureCancelled", 1, user_id);

/// Somebody is gone for good: whoever keeps anything of theirs erases it, remembers only that they are gone, and answers with an
/// `ErasureCompleted` of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserErased {
    pub user_id: UserId,
    pub erased_at: DateTime<Utc>,
}
event!(UserErased, "auth", "UserErased", 1, user_id);

/// Somebody takes along what is kept of them: whoever keeps anything lets them read it until the time is over, and answers with an
/// `ExportCompleted` of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportRequested {
    pub export_id: ExportId,
    pub user_id: UserId,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
event!(ExportRequested, "auth", "ExportRequested", 1, user_id);
