//! How many hugs a person may send.

use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;

use super::{HugError, store};
use crate::{people, store::Connection};

/// The time that the limits are about.
const WINDOW: TimeDelta = TimeDelta::hours(1);
const PER_WINDOW: u64 = 600;
const PER_WINDOW_TO_ONE_PERSON: u64 = 120;

/// Refuses the hug that would be one too many. Hugs of one sender are sent one after the other from here on.
pub(crate) async fn check(
    transaction: &impl Connection,
    sender: UserId,
    recipient: UserId,
    now: DateTime<Utc>,
) -> Result<(), HugError> {
    people::store::take_turn(transaction, sender).await?;
    let since = now - WINDOW;
    let sent = store::count_sent(transaction, sender, None, since).await?;
    let to_this_person = store::count_sent(transaction, sender, Some(recipient), since).await?;
    if sent >= PER_WINDOW || to_this_person >= PER_WINDOW_TO_ONE_PERSON {
        return Err(HugError::RateLimited);
    }
    Ok(())
}
