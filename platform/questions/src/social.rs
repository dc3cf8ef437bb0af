//! What `social` answers.

use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::Question;

/// Asks `social` whether either of two people blocks the other, for whoever can't rely on what it has heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhetherBlocked {
    pub one: UserId,
    pub other: UserId,
}

/// Which of the two it is isn't said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    pub blocked: bool,
}

impl Question for WhetherBlocked {
    type Answer = Blocked;

    const SERVICE: &'static str = "social";
    const PATH: &'static str = "/internal/v1/blocks";
    const REPEATABLE: bool = true;
}
