//! Who there is, what they are called, and whose hugs they take: a projection of what `auth` and `users` tell.

pub(crate) mod names;
mod policy;
mod projection;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use ids::UserId;
pub(crate) use projection::{Projection, subjects};

use crate::{
    consents::{self, Consent},
    store::{Connection, StoreError},
};

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
    let consent = consents::find(connection, recipient, sender, false).await?;
    match consent {
        Some(Consent::Declined) => return Ok(Admission::Refused),
        Some(Consent::Accepted) => return Ok(Admission::Open),
        Some(Consent::Known) | None => {}
    }
    let Some(hug_policy) = person.policy else {
        return Ok(Admission::Open);
    };
    let registered_at = store::find(connection, sender).await?.and_then(|sender| sender.registered_at);
    let standing = policy::Standing {
        followed: relationships::follows(connection, recipient, sender).await?,
        following: relationships::follows(connection, sender, recipient).await?,
        new: policy::is_new(registered_at, now),
    };
    let admission = policy::admission(hug_policy, standing);
    // What is filtered are first hugs; between people who know each other none is.
    let known = consent == Some(Consent::Known) && admission == Admission::Quiet;
    Ok(if known { Admission::Open } else { admission })
}

/// How an anonymous hug from `sender` gets to `recipient`: as one from somebody of whom nothing is known. But for blocks, and
/// for what the recipient declined, it doesn't depend on the sender, so that arriving tells nothing of them.
pub(crate) async fn admission_of_anonymous(
    connection: &impl Connection,
    sender: UserId,
    recipient: UserId,
) -> Result<Admission, StoreError> {
    let person = store::find(connection, recipient).await?;
    let Some(person) = person.filter(|person| person.registered_at.is_some()) else {
        return Ok(Admission::Refused);
    };
    if relationships::blocked_pair(connection, sender, recipient).await? {
        return Ok(Admission::Refused);
    }
    for anonymous in [false, true] {
        let consent = consents::find(connection, recipient, sender, anonymous).await?;
        if consent == Some(Consent::Declined) {
            return Ok(Admission::Refused);
        }
    }
    Ok(person.policy.map_or(Admission::Open, policy::admission_of_anonymous))
}

/// Whether there is such a person.
pub(crate) async fn is_registered(connection: &impl Connection, id: UserId) -> Result<bool, StoreError> {
    let person = store::find(connection, id).await?;
    Ok(person.is_some_and(|person| person.registered_at.is_some()))
}

/// Whether the account is so young that less is trusted to it.
pub(crate) async fn is_new(
    connection: &impl Connection,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let registered_at = store::find(connection, id).await?.and_then(|person| person.registered_at);
    Ok(policy::is_new(registered_at, now))
}
