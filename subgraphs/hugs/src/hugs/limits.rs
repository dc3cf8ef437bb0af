//! How many hugs a person may send.

use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;

use super::{HugError, store};
use crate::{people, store::Connection};

/// A hug that is about to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    pub(crate) sender: UserId,
    /// `None` when the sender isn't to know: a limit that depended on it would tell.
    pub(crate) recipient: Option<UserId>,
    pub(crate) anonymous: bool,
}

/// At most this many hugs within a time.
struct Limit {
    hugs: u64,
    within: TimeDelta,
    which: Which,
}

/// Which hugs of the sender a limit counts.
enum Which {
    All,
    ToThisPerson,
    Anonymous,
    AnonymousToThisPerson,
}

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::hours(24);

const ALWAYS: [Limit; 3] = [
    Limit { hugs: 600, within: HOUR, which: Which::All },
    Limit { hugs: 3_000, within: DAY, which: Which::All },
    Limit { hugs: 120, within: HOUR, which: Which::ToThisPerson },
];
const OF_NEW_ACCOUNTS: [Limit; 2] = [
    Limit { hugs: 60, within: HOUR, which: Which::All },
    Limit { hugs: 240, within: DAY, which: Which::All },
];
const ANONYMOUS: [Limit; 2] = [
    Limit { hugs: 20, within: DAY, which: Which::Anonymous },
    Limit { hugs: 3, within: DAY, which: Which::AnonymousToThisPerson },
];

/// Refuses the hug that would be one too many. Hugs of one sender are sent one after the other from here on.
pub(crate) async fn check(
    transaction: &impl Connection,
    sending: Sending,
    now: DateTime<Utc>,
) -> Result<(), HugError> {
    people::store::take_turn(transaction, sending.sender).await?;
    let is_new = people::is_new(transaction, sending.sender, now).await?;
    let of_new_accounts = OF_NEW_ACCOUNTS.iter().filter(|_| is_new);
    let anonymous = ANONYMOUS.iter().filter(|_| sending.anonymous);
    for limit in ALWAYS.iter().chain(of_new_accounts).chain(anonymous) {
        let to_this_person = matches!(limit.which, Which::ToThisPerson | Which::AnonymousToThisPerson);
        if to_this_person && sending.recipient.is_none() {
            continue;
        }
        let sent = store::Sent {
            sender: sending.sender,
            recipient: sending.recipient.filter(|_| to_this_person),
            anonymous_only: matches!(limit.which, Which::Anonymous | Which::AnonymousToThisPerson),
            since: now - limit.within,
        };
        if store::count_sent(transaction, sent).await? >= limit.hugs {
            let oldest = store::oldest_sent(transaction, sent).await?.unwrap_or(now);
            return Err(HugError::RateLimited { wait: oldest + limit.within - now });
        }
    }
    Ok(())
}
