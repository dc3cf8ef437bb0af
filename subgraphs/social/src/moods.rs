//! Whose a mood entry is and who may see it: a projection of what `moods` tells.

mod events;
mod store;

use ::events::{
    Event as _,
    moods::{MoodDeleted, MoodLogged, MoodUpdated},
};
use ids::{MoodId, UserId};
use service::Consumer;

use crate::{
    erasure::guarded,
    posts::Visibility,
    store::{Connection, StoreError},
};

pub(crate) const GROUP: &str = "social.moods";

/// An entry, as far as sharing it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mood {
    pub(crate) owner: UserId,
    pub(crate) visibility: Visibility,
}

pub(crate) fn consumer() -> Consumer {
    let subjects = vec![MoodLogged::subject(), MoodUpdated::subject(), MoodDeleted::subject()];
    Consumer { group: GROUP, subjects, handler: guarded(events::Moods) }
}

/// The entry, which stays as it is until the transaction ends.
pub(crate) async fn hold(transaction: &impl Connection, id: MoodId) -> Result<Option<Mood>, StoreError> {
    store::hold(transaction, id).await
}
