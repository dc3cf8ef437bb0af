//! Erasing accounts: asked for with the password, done after two weeks in which it can be taken back, and followed until
//! every other service has answered that nothing of the person is left there.

mod answers;
mod error;
pub(crate) mod graphql;
pub(crate) mod operator;
mod request;
mod store;
mod worker;

use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;

pub(crate) use self::{
    answers::{Answers, GROUP, subjects},
    error::{CancelErasureError, RequestErasureError},
    request::{cancel, request},
    worker::erase_until,
};
use crate::{
    context::Ctx,
    store::{Connection, StoreError},
};

/// How long somebody may change their mind.
const GRACE: TimeDelta = TimeDelta::days(14);
/// The other services that keep something of people, each of which answers.
const SERVICES: [&str; 5] = ["users", "moods", "hugs", "social", "streaks"];

/// An erasure that isn't over, for an operator to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Erasure {
    pub(crate) user: UserId,
    pub(crate) due_at: DateTime<Utc>,
    /// `None` while its owner may still change their mind.
    pub(crate) erased_at: Option<DateTime<Utc>>,
    /// The services that have answered.
    pub(crate) answered: Vec<String>,
}

impl Erasure {
    /// The services whose answer is awaited.
    pub(crate) fn awaited(&self) -> Vec<&'static str> {
        SERVICES.into_iter().filter(|name| self.answered.iter().all(|answered| answered != name)).collect()
    }
}

/// When the account of `user` will be erased, if it will be.
pub(crate) async fn due_at(ctx: &Ctx, user: UserId) -> Result<Option<DateTime<Utc>>, StoreError> {
    store::due_at(ctx.db.reader(), user).await
}

/// Those of `users` whose accounts are going to be erased.
pub(crate) async fn leaving(
    connection: &impl Connection,
    users: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    store::waiting_among(connection, users).await
}
