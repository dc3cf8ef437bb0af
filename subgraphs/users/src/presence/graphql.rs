//! Presence in the schema.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Error, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use graphql::{Failure, Refusal, UserError, settle};
use ids::UserId;

use crate::{
    context::Ctx,
    presence::{self, BEAT_EVERY, Heartbeat, HeartbeatError, Seen},
    profiles::graphql::{Batch, BatchError},
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
