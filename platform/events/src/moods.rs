//! What `moods` tells: that a mood was logged, and for which day. Never what it was.

use chrono::{DateTime, NaiveDate, Utc};
use ids::{ExportId, MoodId, UserId};
use named::Named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event;

/// Who may see an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MoodVisibility {
    Private,
    Followers,
    Public,
}

impl Named for MoodVisibility {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Private, "PRIVATE"), (Self::Followers, "FOLLOWERS"), (Self::Public, "PUBLIC")];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoodLogged {
    pub mood_id: MoodId,
    pub user_id: UserId,
    pub local_date: NaiveDate,
    /// IANA name of the zone that the date was taken in.
    pub timezone: String,
    /// The hour at which that day began, 0 to 23.
    pub day_start_hour: u8,
    pub visibility: MoodVisibility,
}
event!(MoodLogged, "moods", "MoodLogged", 1, mood_id);

/// An entry changed; its day or visibility may be other than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoodUpdated {
    pub mood_id: MoodId,
    pub user_id: UserId,
    pub local_date: NaiveDate,
    pub timezone: String,
    pub day_start_hour: u8,
    pub visibility: MoodVisibility,
}
event!(MoodUpdated, "moods", "MoodUpdated", 1, mood_id);

/// An entry is gone; its day counts for it no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoodDeleted {
    pub mood_id: MoodId,
    pub user_id: UserId,
    pub local_date: NaiveDate,
    pub timezone: String,
    pub day_start_hour: u8,
    pub visibility: MoodVisibility,
}
event!(MoodDeleted, "moods", "MoodDeleted", 1, mood_id);

/// What `moods` kept of somebody who is gone is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCompleted {
    pub user_id: UserId,
    pub completed_at: DateTime<Utc>,
}
event!(ErasureCompleted, "moods", "ErasureCompleted", 1, user_id);

/// Somebody can read what `moods` keeps of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportCompleted {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How much it is, in lines.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}
event!(ExportCompleted, "moods", "ExportCompleted", 1, user_id);
