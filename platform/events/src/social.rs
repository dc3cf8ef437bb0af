//! What `social` tells: who follows, blocks and mutes whom, and what is shared.
//!
//! Of two people the aggregate is the pair, so that a block and its end, or a follow and its end, arrive in order.

use chrono::{DateTime, Utc};
use ids::{ExportId, PostId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Event, event};

macro_rules! pair_event {
    ($(#[$doc:meta])* $name:ident { $from:ident, $to:ident }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            pub $from: UserId,
            pub $to: UserId,
            pub at: DateTime<Utc>,
        }

        impl Event for $name {
            const PRODUCER: &'static str = "social";
            const TYPE: &'static str = stringify!($name);
            const VERSION: u16 = 1;

            fn aggregate_id(&self) -> String {
                format!("{}>{}", self.$from, self.$to)
            }
        }
    };
}

pair_event! {
    /// `follower_id` follows `followed_id` from now on.
    FollowCreated { follower_id, followed_id }
}
pair_event! {
    FollowRemoved { follower_id, followed_id }
}
pair_event! {
    /// `blocker_id` and `blocked_id` don't exist for each other from now on.
    Blocked { blocker_id, blocked_id }
}
pair_event! {
    Unblocked { blocker_id, blocked_id }
}
pair_event! {
    /// `requester_id` wishes to follow `target_id`, who decides for themselves.
    FollowRequested { requester_id, target_id }
}
pair_event! {
    Unmuted { muter_id, muted_id }
}

/// `muter_id` wants to see nothing of `muted_id` in lists made for them, who isn't told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Muted {
    pub muter_id: UserId,
    pub muted_id: UserId,
    /// When it ends by itself, if it does.
    pub until: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
}

impl Event for Muted {
    const PRODUCER: &'static str = "social";
    const TYPE: &'static str = "Muted";
    const VERSION: u16 = 1;

    fn aggregate_id(&self) -> String {
        format!("{}>{}", self.muter_id, self.muted_id)
    }
}

/// Who may see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PostVisibility {
    Public,
    Followers,
    Private,
}

/// Somebody shares something. What it says stays in `social`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostCreated {
    pub post_id: PostId,
    pub author_id: UserId,
    pub visibility: PostVisibility,
    pub created_at: DateTime<Utc>,
}
event!(PostCreated, "social", "PostCreated", 1, post_id);

/// A post that its author had kept to themselves is shown to others from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostShared {
    pub post_id: PostId,
    pub author_id: UserId,
    pub visibility: PostVisibility,
    pub shared_at: DateTime<Utc>,
}
event!(PostShared, "social", "PostShared", 1, post_id);

/// A post is gone: taken back by its author, removed by a moderator, or what it shared is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostRemoved {
    pub post_id: PostId,
    pub author_id: UserId,
    pub removed_at: DateTime<Utc>,
}
event!(PostRemoved, "social", "PostRemoved", 1, post_id);

/// What `social` kept of somebody who is gone is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCompleted {
    pub user_id: UserId,
    pub completed_at: DateTime<Utc>,
}
event!(ErasureCompleted, "social", "ErasureCompleted", 1, user_id);

/// Somebody can read what `social` keeps of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportCompleted {
    pub export_id: ExportId,
    pub user_id: UserId,
    /// How much it is, in lines.
    pub entries: u64,
    pub completed_at: DateTime<Utc>,
}
event!(ExportCompleted, "social", "ExportCompleted", 1, user_id);
