//! Writing to the logs of many people at once.

use std::collections::BTreeSet;

use ids::UserId;

use super::{Happening, store};
use crate::store::{Connection, StoreError};

/// How many followers are told with one statement.
const PAGE: u64 = 500;

/// Logs `happening` for everybody who follows `person`, and for `others`; for each once, in ascending order.
pub(crate) async fn append_for_followers(
    transaction: &impl Connection,
    person: UserId,
    mut others: BTreeSet<UserId>,
    happening: Happening,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let followers = relationships::followers(transaction, person, after, PAGE).await?;
        after = followers.last().copied();
        let Some(last) = after else {
            let rest: Vec<_> = others.into_iter().collect();
            return store::append_for_all(transaction, &rest, happening).await;
        };
        let later = others.split_off(&last);
        let mut told = std::mem::replace(&mut others, later);
        told.extend(followers);
        others.remove(&last);
        let told: Vec<_> = told.into_iter().collect();
        store::append_for_all(transaction, &told, happening).await?;
    }
}
