//! What `streaks` tells: a streak grew or ended.

use chrono::NaiveDate;
use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::event;

/// What a streak counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreakKind {
    MoodLogging,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreakExtended {
    pub user_id: UserId,
    pub kind: StreakKind,
    /// Days in a row.
    pub current: u32,
    pub longest: u32,
    /// The last day that counts.
    pub last_date: NaiveDate,
}
event!(StreakExtended, "streaks", "StreakExtended", 1, user_id);
