//! What clients say when they change a relationship.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};

/// Whom to follow.
#[derive(Debug, InputObject)]
pub(crate) struct FollowInput {
    /// The person to follow.
    pub(super) user_id: ID,
    /// 1 to 255 characters of the client's choice. The same key within 24 hours gives the same answer again.
    pub(super) idempotency_key: Option<String>,
}

/// Whom to follow no more.
#[derive(Debug, InputObject)]
pub(crate) struct UnfollowInput {
    /// The person to follow no more.
    pub(super) user_id: ID,
}

/// Whose consent to wait for no more.
#[derive(Debug, InputObject)]
pub(crate) struct WithdrawFollowRequestInput {
    /// The person whom the viewer asked.
    pub(super) user_id: ID,
}

/// Whom to let follow.
#[derive(Debug, InputObject)]
pub(crate) struct AcceptFollowRequestInput {
    /// The person who asks to follow the viewer.
    pub(super) user_id: ID,
}

/// Whose wish to turn down.
#[derive(Debug, InputObject)]
pub(crate) struct RejectFollowRequestInput {
    /// The person who asks to follow the viewer.
    pub(super) user_id: ID,
}

/// Who follows no more.
#[derive(Debug, InputObject)]
pub(crate) struct RemoveFollowerInput {
    /// The person who follows the viewer.
    pub(super) user_id: ID,
}

/// Whom to block.
#[derive(Debug, InputObject)]
pub(crate) struct BlockInput {
    /// The person to block.
    pub(super) user_id: ID,
}

/// Whom to block no more.
#[derive(Debug, InputObject)]
pub(crate) struct UnblockInput {
    /// The person to block no more.
    pub(super) user_id: ID,
}

/// Whom to mute, and until when.
#[derive(Debug, InputObject)]
pub(crate) struct MuteUserInput {
    /// The person to mute.
    pub(super) user_id: ID,
    /// When the mute ends by itself, in the future; for good when nothing is given.
    pub(super) until: Option<DateTime<Utc>>,
}

/// Whom to mute no more.
#[derive(Debug, InputObject)]
pub(crate) struct UnmuteUserInput {
    /// The person to mute no more.
    pub(super) user_id: ID,
}
