//! What `hugs` tells: hugs sent, seen and thanked, hug requests and their answers.

use chrono::{DateTime, Utc};
use ids::{HugId, HugRequestId, HugTypeId, UserId};
use serde::{Deserialize, Serialize};

use crate::event;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HugSent {
    pub hug_id: HugId,
    pub type_id: HugTypeId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    /// The request that the hug answers, if it answers one.
    pub request_id: Option<HugRequestId>,
    pub sent_at: DateTime<Utc>,
}
event!(HugSent, "hugs", "HugSent", 1, hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HugSeen {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub seen_at: DateTime<Utc>,
}
event!(HugSeen, "hugs", "HugSeen", 1, hug_id);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HugThanked {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub thanked_at: DateTime<Utc>,
}
event!(HugThanked, "hugs", "HugThanked", 1, hug_id);

/// The sender took a hug back before it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HugCancelled {
    pub hug_id: HugId,
    pub sender_id: UserId,
    pub recipient_id: UserId,
    pub cancelled_at: DateTime<Utc>,
}
event!(HugCancelled, "hugs", "HugCancelled", 1, hug_id);

/// Who may see and answer a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HugRequestAudience {
    Public,
    Followers,
    /// Only the people it names.
    Private,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HugRequestAnswered {
    pub request_id: HugRequestId,
    pub requester_id: UserId,
    pub answerer_id: UserId,
    pub hug_id: HugId,
}
event!(HugRequestAnswered, "hugs", "HugRequestAnswered", 1, request_id);
