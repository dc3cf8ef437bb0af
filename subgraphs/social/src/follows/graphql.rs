//! Counting for many people at once.

use std::collections::HashMap;

use async_graphql::{Error, dataloader::Loader};
use graphql::Failure;
use ids::UserId;
use service::Ctx;

use super::Side;

/// Counts the follows of all the people that one request asks about.
pub(crate) struct CountLoader(pub(crate) Ctx);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CountOf {
    pub(crate) person: UserId,
    pub(crate) side: Side,
}

impl Loader<CountOf> for CountLoader {
    type Value = i32;
    type Error = Error;

    async fn load(&self, keys: &[CountOf]) -> Result<HashMap<CountOf, i32>, Error> {
        let mut counts = HashMap::new();
        for side in [Side::Followers, Side::Following] {
            let people: Vec<UserId> =
                keys.iter().filter(|key| key.side == side).map(|key| key.person).collect();
            if people.is_empty() {
                continue;
            }
            let found = super::counts(&self.0, &people, side).await.map_err(Failure::internal)?;
            counts.extend(found.into_iter().map(|(person, count)| (CountOf { person, side }, count)));
        }
        Ok(counts)
    }
}
