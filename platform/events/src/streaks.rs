//! What `streaks` tells: a streak grew, ended, changed or came to a milestone, and which badges are awarded.

use chrono::{DateTime, NaiveDate, Utc};
use ids::{ExportId, UserId};
use named::Named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event;

/// What a streak counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreakKind {
    /// Days with a mood.
    MoodLogging,
    /// Days with a hug sent or shared in a group.
    Hugging,
    /// Days on which somebody looked in.
    CheckIn,
}

impl Named for StreakKind {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::MoodLogging, "MOOD_LOGGING"), (Self::Hugging, "HUGGING"), (Self::CheckIn, "CHECK_IN")];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// A whole day was missed, and nothing held the streak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreakBroken {
    pub user_id: UserId,
    pub kind: StreakKind,
    /// The days in a row that it had.
    pub days: u32,
    pub longest: u32,
    pub last_date: NaiveDate,
}
event!(StreakBroken, "streaks", "StreakBroken", 1, user_id);

/// A streak stands otherwise than before, for whatever reason: its owner's screens look again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreakChanged {
    pub user_id: UserId,
    pub kind: StreakKind,
    /// Days in a row as they are now, 0 when there are none or the streak isn't kept. Events from before don't say it.
    #[serde(default)]
    pub current: Option<u32>,
    pub changed_at: DateTime<Utc>,
}
event!(StreakChanged, "streaks", "StreakChanged", 1, user_id);

/// A streak came to a length that is celebrated, for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MilestoneReached {
    pub user_id: UserId,
    pub kind: StreakKind,
    /// Days in a row.
    pub days: u32,
    pub reached_at: DateTime<Utc>,
}
event!(MilestoneReached, "streaks", "MilestoneReached", 1, user_id);

/// Somebody has a badge from now on; nobody has one twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BadgeAwarded {
    pub user_id: UserId,
    /// Which one of the catalogue.
    pub badge: String,
    pub awarded_at: DateTime<Utc>,
}
event!(BadgeAwarded, "streaks", "BadgeAwarded", 1, user_id);

/// What `streaks` kept of somebody who is gone is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCompleted {
    pub user_id: UserId,
    pub completed_at: DateTime<Utc>,
}
event!(ErasureCompleted, "streaks", "ErasureCompleted", 1, user_id);

/// Somebody can read what `streaks` keeps of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportCompleted {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How much it is, in lines.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}
event!(ExportCompleted, "streaks", "ExportCompleted", 1, user_id);
