//! Badges: which there are, and who has been awarded which.

mod catalogue;
pub(crate) mod events;
pub(crate) mod graphql;
pub(crate) mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ids::UserId;

pub(crate) use self::catalogue::{Badge, CATALOGUE, of_code};
use crate::{context::Ctx, profiles, store::StoreError};

/// A badge that somebody has, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Award {
    pub(crate) badge: &'static Badge,
    pub(crate) awarded_at: DateTime<Utc>,
}

/// The badges of those that are there for the viewer, the first one first.
pub(crate) async fn of(ctx: &Ctx, users: &[UserId]) -> Result<HashMap<UserId, Vec<Award>>, StoreError> {
    let there: Vec<_> = profiles::by_ids(ctx, users).await?.into_keys().collect();
    let mut awards: HashMap<_, Vec<_>> = there.iter().map(|user| (*user, Vec::new())).collect();
    for (user, code, awarded_at) in store::of(ctx.db.reader(), &there).await? {
        // A newer catalogue may have had it; this one can't say what it is.
        if let (Some(badge), Some(awards)) = (of_code(&code), awards.get_mut(&user)) {
            awards.push(Award { badge, awarded_at });
        }
    }
    Ok(awards)
}
