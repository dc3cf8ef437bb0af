//! What `hugs` tells: hugs sent, seen and thanked, hug requests and their answers, hugs of groups.

use chrono::{DateTime, Utc};
use ids::{ExportId, GroupHugId, HugId, HugRequestId, HugTypeId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugSent {
    pub hug_id: HugId,
    pub type_id: HugTypeId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    /// The request that the hug answers, if it answers one.
    pub request_id: Option<HugRequestId>,
    /// The hug that it returns, if it returns one.
    #[serde(default)]
    pub returns: Option<HugId>,
    /// One of the two is not to know the other. Of a hug that returns none it is the recipient who isn't to know the sender; of one
    /// that returns another (`returns`), whose sender wasn't to be known, it is the sender who isn't to know the recipient.
    /// Whoever shows anything of it to anybody but the one who isn't to be known leaves that one out, and lets nothing depend
    /// on who that is.
    #[serde(default)]
    pub anonymous: bool,
    /// It arrived apart from the others, or waits until the recipient agrees to hugs of this sender.
    #[serde(default)]
    pub quietly: bool,
    pub sent_at: DateTime<Utc>,
}
event!(HugSent, "hugs", "HugSent", 1, hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugSeen {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub seen_at: DateTime<Utc>,
}
event!(HugSeen, "hugs", "HugSeen", 1, hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugThanked {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub thanked_at: DateTime<Utc>,
}
event!(HugThanked, "hugs", "HugThanked", 1, hug_id);

/// The sender took a hug back before it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugCancelled {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub cancelled_at: DateTime<Utc>,
}
event!(HugCancelled, "hugs", "HugCancelled", 1, hug_id);

/// Who may see and answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HugRequestAudience {
    Public,
    Followers,
    /// Only the people it names.
    Private,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugRequestPosted {
    pub request_id: HugRequestId,
    pub requester_id: UserId,
    pub audience: HugRequestAudience,
    /// The people a private request names.
    pub target_ids: Vec<UserId>,
    pub expires_at: DateTime<Utc>,
}
event!(HugRequestPosted, "hugs", "HugRequestPosted", 1, request_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugRequestAnswered {
    pub request_id: HugRequestId,
    pub requester_id: UserId,
    pub answerer_id: UserId,
    pub hug_id: HugId,
}
event!(HugRequestAnswered, "hugs", "HugRequestAnswered", 1, request_id);

/// Somebody who was asked by a private request would rather not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugRequestDeclined {
    pub request_id: HugRequestId,
    pub requester_id: UserId,
    pub decliner_id: UserId,
    pub declined_at: DateTime<Utc>,
}
event!(HugRequestDeclined, "hugs", "HugRequestDeclined", 1, request_id);

/// Why nobody can answer a request any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HugRequestEnd {
    /// Whoever asked has enough, or changed their mind.
    Closed,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HugRequestEnded {
    pub request_id: HugRequestId,
    pub requester_id: UserId,
    pub end: HugRequestEnd,
    pub ended_at: DateTime<Utc>,
}
event!(HugRequestEnded, "hugs", "HugRequestEnded", 1, request_id);

/// Where a group hug stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupHugState {
    /// It opens at its time.
    Scheduled,
    /// It can be joined.
    Open,
    /// It goes on, and can be joined while there is room.
    Active,
    Completed,
    Expired,
    Cancelled,
}

/// Who may see and join a group hug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupHugAudience {
    Public,
    /// The host's followers.
    Followers,
    /// Only those who are invited.
    Private,
}

/// A group hug was made, or stands otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupHugChanged {
    pub group_hug_id: GroupHugId,
    pub host_id: UserId,
    pub audience: GroupHugAudience,
    pub state: GroupHugState,
    /// Those who take part, the host among them.
    pub participant_ids: Vec<UserId>,
    pub changed_at: DateTime<Utc>,
}
event!(GroupHugChanged, "hugs", "GroupHugChanged", 1, group_hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupHugJoined {
    pub group_hug_id: GroupHugId,
    pub host_id: UserId,
    pub user_id: UserId,
    pub joined_at: DateTime<Utc>,
}
event!(GroupHugJoined, "hugs", "GroupHugJoined", 1, group_hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupHugLeft {
    pub group_hug_id: GroupHugId,
    /// The host from now on.
    pub host_id: UserId,
    pub user_id: UserId,
    pub left_at: DateTime<Utc>,
}
event!(GroupHugLeft, "hugs", "GroupHugLeft", 1, group_hug_id);

/// What `hugs` kept of somebody who is gone is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCompleted {
    pub user_id: UserId,
    pub completed_at: DateTime<Utc>,
}
event!(ErasureCompleted, "hugs", "ErasureCompleted", 1, user_id);

/// Somebody can read what `hugs` keeps of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportCompleted {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How much it is, in lines.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}
event!(ExportCompleted, "hugs", "ExportCompleted", 1, user_id);
