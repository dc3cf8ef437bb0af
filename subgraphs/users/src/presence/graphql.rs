//! Presence in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ComplexObject, Context, Enum, Error, ID, InputObject, Object, Result, SimpleObject, Subscription,
    dataloader::Loader,
};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt as _};
use graphql::{Failure, Interrupted, Refusal, UserError, breaking_off, settle};
use ids::UserId;

use crate::{
    context::Ctx,
    presence::{self, BEAT_EVERY, Change, Heartbeat, HeartbeatError, MAX_WATCHED, Seen},
    profiles::graphql::{Batch, BatchError, User, load_user},
};

/// Whose presence a data loader is to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SeenKey(pub(crate) UserId);

impl Loader<SeenKey> for Batch {
    type Value = Seen;
    type Error = BatchError;

    async fn load(&self, keys: &[SeenKey]) -> Result<HashMap<SeenKey, Seen>, BatchError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let seen = presence::of(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(seen.into_iter().map(|(id, seen)| (SeenKey(id), seen)).collect())
    }
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "presence::Status")]
pub(crate) enum PresenceStatus {
    /// Connected, and looking.
    Online,
    /// Connected, without looking.
    Away,
    /// Not connected.
    Offline,
}

/// A connection's sign of life.
#[derive(InputObject)]
struct HeartbeatInput {
    /// The connection, as the client names it: the same for its whole life, another for each window. 1 to 64 letters,
    /// digits, `-` or `_`.
    connection_id: String,
    /// Whether the person isn't looking: the window is hidden, or nothing was touched for a while.
    #[graphql(default)]
    away: bool,
}

/// What came of a sign of life.
#[derive(SimpleObject)]
struct HeartbeatPayload {
    /// How the viewer is present, over all connections; null when the sign of life wasn't taken.
    presence: Option<PresenceStatus>,
    /// When the next one should come, in seconds; the connection is forgotten after three times as long.
    next_within_seconds: i32,
    /// Why it wasn't taken.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct PresenceMutation;

#[Object]
impl PresenceMutation {
    /// Says that a connection of the viewer is there. To be repeated every 15 seconds.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn heartbeat(&self, gql: &Context<'_>, input: HeartbeatInput) -> Result<HeartbeatPayload> {
        let command = Heartbeat { connection_id: input.connection_id, away: input.away };
        let (status, errors) = settle(presence::beat(gql.data::<Ctx>()?, command).await)?;
        Ok(HeartbeatPayload {
            presence: status.map(PresenceStatus::from),
            next_within_seconds: i32::try_from(BEAT_EVERY.num_seconds()).unwrap_or(i32::MAX),
            errors,
        })
    }
}

/// How somebody is present, told as it changes.
#[derive(SimpleObject)]
#[graphql(complex)]
struct PresenceChange {
    /// Whose presence it is.
    user_id: ID,
    /// How they are present now; null when they no longer show it to the viewer.
    presence: Option<PresenceStatus>,
    /// When they were last there; null when they don't show it to the viewer.
    last_seen_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl PresenceChange {
    /// The person; null when they are no longer there for the viewer.
    async fn user(&self, gql: &Context<'_>) -> Result<Option<User>> {
        load_user(gql, &self.user_id).await
    }
}

impl From<Change> for PresenceChange {
    fn from(change: Change) -> Self {
        Self {
            user_id: ID(change.user.to_string()),
            presence: change.seen.status.map(PresenceStatus::from),
            last_seen_at: change.seen.last_seen_at,
        }
    }
}

#[derive(Default)]
pub(crate) struct PresenceSubscription;

#[Subscription]
impl PresenceSubscription {
    /// How people are present: now, for those who show it to the viewer, then each time that it is other than before. Nothing
    /// comes of somebody who doesn't show it, or isn't there for the viewer. Subscribing again is all it takes after a break.
    #[graphql(directive = graphql::authenticated::apply())]
    async fn presence_changed(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The people, up to 100.")] user_ids: Vec<ID>,
    ) -> Result<impl Stream<Item = Result<PresenceChange, Interrupted>> + use<>> {
        if user_ids.len() > MAX_WATCHED {
            return Err(Failure::BadUserInput.error(format!("watch up to {MAX_WATCHED} people at once")));
        }
        let people = user_ids.iter().filter_map(|id| UserId::try_from(id).ok()).collect();
        let watched = presence::watch(gql.data::<Ctx>()?, people).await;
        let changes = watched.map_err(|_| Failure::unauthenticated())?;
        Ok(breaking_off(changes.map(PresenceChange::from)))
    }
}

impl Refusal for HeartbeatError {
    fn into_user_error(self) -> Result<UserError, Error> {
        match &self {
            Self::ConnectionId(_) => {
                Ok(UserError::new("CONNECTION_ID_INVALID", self.to_string(), &["input", "connectionId"]))
            }
            Self::Unauthenticated => Err(Failure::unauthenticated()),
            Self::Database(cause) => Err(Failure::internal(cause)),
        }
    }
}
