//! Who there is, and whose hugs they take: a projection of what `auth` and `users` tell.

mod policy;
mod projection;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use ids::UserId;
pub(crate) use projection::{Projection, subjects};

use crate::store::{Connection, StoreError};

/// How a hug gets to its recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Open,
    /// It arrives, apart from the others.
    Quiet,
    /// As if there were no such recipient: there is none, the two are a blocked pair, or the policy says so.
    Refused,
}

/// How a hug from `sender` gets to `recipient`.
pub(crate) async fn admission(
    connection: &impl Connection,
    sender: UserId,
    recipient: UserId,
    now: DateTime<Utc>,
) -> Result<Admission, StoreError> {
    let Some(person) =
        store::find(connection, recipient).await?.filter(|person| person.registered_at.is_some())
    else {
        return Ok(Admission::Refused);
    };
    if relationships::blocked_pair(connection, sender, recipient).await? {
        return Ok(Admission::Refused);
    }
    let Some(hug_policy) = person.policy else {
        return Ok(Admission::Open);
    };
    let registered_at = store::find(connection, sender).await?.and_then(|sender| sender.registered_at);
    let standing = policy::Standing {
        followed: relationships::follows(connection, recipient, sender).await?,
        following: relationships::follows(connection, sender, recipient).await?,
        new: registered_at.is_none_or(|at| now - at < policy::NEW_FOR),
    };
    Ok(policy::admission(hug_policy, standing))
}
