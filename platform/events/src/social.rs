//! What `social` tells: who follows and who blocks whom.
//!
//! The aggregate is the pair, so that a block and its end, or a follow and its end, arrive in order.

use chrono::{DateTime, Utc};
use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::Event;

macro_rules! pair_event {
    ($(#[$doc:meta])* $name:ident { $from:ident, $to:ident }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
