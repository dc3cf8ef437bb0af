//! What `auth` answers.

use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::Question;

/// Asks `auth` which roles somebody has at this moment, for what is too private to go by a token that may be older than a
/// change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolesOf {
    pub user_id: UserId,
}

/// `moderator`, `admin`; none for somebody who has none, or is nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    pub roles: Vec<String>,
}

impl Question for RolesOf {
    type Answer = Roles;

    const SERVICE: &'static str = "auth";
    const PATH: &'static str = "/internal/v1/roles";
    const REPEATABLE: bool = true;
}
