//! What `users` tells: profiles and settings as they are now.

use chrono::{DateTime, Utc};
use ids::{ExportId, UserId};
use named::Named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{event, moods::MoodVisibility};

/// Somebody changed how they present themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileUpdated {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
}
event!(ProfileUpdated, "users", "ProfileUpdated", 1, user_id);

/// Somebody changed a setting that other subgraphs act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsChanged {
    pub user_id: UserId,
    /// IANA name.
    pub timezone: String,
    /// 0 to 23.
    pub day_start_hour: u8,
    pub hug_policy: HugPolicy,
    /// Following them takes their consent.
    #[serde(default)]
    pub approves_followers: bool,
    /// They may be suggested to people who don't know them.
    #[serde(default = "yes")]
    pub is_suggested: bool,
    /// Who may see moods of which nothing is said when they are logged.
    #[serde(default = "private")]
    pub mood_visibility: MoodVisibility,
}
event!(SettingsChanged, "users", "SettingsChanged", 1, user_id);

/// What holds in events from before there was a choice.
fn yes() -> bool {
    true
}

/// What held in events from before there was a choice.
fn private() -> MoodVisibility {
    MoodVisibility::Private
}

/// What happens to hugs from each kind of sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugPolicy {
    /// From people whom the owner doesn't follow.
    pub not_followed: HugPolicyAction,
    /// From people who don't follow the owner.
    pub not_following: HugPolicyAction,
    /// From accounts made in the last days.
    pub new_accounts: HugPolicyAction,
    /// From people who don't say who they are.
    pub anonymous: HugPolicyAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HugPolicyAction {
    /// The hug arrives.
    Accept,
    /// The hug arrives quietly, apart from the others.
    Filter,
    /// The hug is refused as if its recipient were missing.
    Drop,
}

impl Named for HugPolicyAction {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Accept, "ACCEPT"), (Self::Filter, "FILTER"), (Self::Drop, "DROP")];
}

/// Somebody came, went, or shows it to others than before. It says neither what nor to whom: that is asked of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceChanged {
    pub user_id: UserId,
    pub changed_at: DateTime<Utc>,
}
event!(PresenceChanged, "users", "PresenceChanged", 1, user_id);

/// What `users` kept of somebody who is gone is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCompleted {
    pub user_id: UserId,
    pub completed_at: DateTime<Utc>,
}
event!(ErasureCompleted, "users", "ErasureCompleted", 1, user_id);

/// Somebody can read what `users` keeps of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportCompleted {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How much it is, in lines.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}
event!(ExportCompleted, "users", "ExportCompleted", 1, user_id);
