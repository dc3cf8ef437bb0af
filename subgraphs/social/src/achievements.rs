//! The streaks and badges that people have, by what `streaks` tells.

mod events;
mod store;

use ::events::{
    Event as _,
    streaks::{BadgeAwarded, StreakBroken, StreakChanged, StreakExtended, StreakKind},
};
use ids::UserId;
use service::Consumer;

use crate::{
    erasure::guarded,
    store::{Connection, Named, StoreError},
};

pub(crate) const GROUP: &str = "social.achievements";

/// How the tables call a streak.
pub(crate) fn kind_name(kind: StreakKind) -> String {
    kind.name().to_lowercase()
}

pub(crate) fn kind_of(name: &str) -> Result<StreakKind, StoreError> {
    Ok(StreakKind::of_name(&name.to_uppercase())?)
}

pub(crate) fn consumer() -> Consumer {
    let subjects = vec![
        StreakExtended::subject(),
        StreakBroken::subject(),
        StreakChanged::subject(),
        BadgeAwarded::subject(),
    ];
    Consumer { group: GROUP, subjects, handler: guarded(events::Achievements) }
}

/// The days in a row that `user` has; `None` when there is no such streak, or it is broken.
pub(crate) async fn streak_days(
    connection: &impl Connection,
    user: UserId,
    kind: StreakKind,
) -> Result<Option<i32>, StoreError> {
    Ok(store::days(connection, user, kind).await?.filter(|days| *days > 0))
}

/// Whether `user` has the badge of this code. PostgreSQL can't even be asked for one with a NUL.
pub(crate) async fn has_badge(
    connection: &impl Connection,
    user: UserId,
    badge: &str,
) -> Result<bool, StoreError> {
    if badge.contains('\0') {
        return Ok(false);
    }
    store::has_badge(connection, user, badge).await
}
