//! Presence: who is there now, and when people were last there.
//!
//! Each connection of a person says every [`BEAT_EVERY`] that it is there, and is forgotten when it hasn't for
//! [`FORGOTTEN_AFTER`]. Nothing has to be told when a connection breaks.

mod error;
pub(crate) mod graphql;
mod model;
mod store;

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use ids::UserId;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    error::HeartbeatError,
    model::{ConnectionId, Heartbeat, Seen, Status},
};
use crate::{
    context::Ctx,
    presence::model::Trace,
    settings::{self, Settings, ShownTo},
    store::StoreError,
};

/// How often a connection should say that it is there.
pub(crate) const BEAT_EVERY: TimeDelta = TimeDelta::seconds(15);
/// When a connection that said nothing is taken to be gone.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::seconds(45);
/// The most connections of one person that are remembered: the latest ones.
const MAX_CONNECTIONS: u64 = 16;
/// How often what is forgotten is tidied away.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// Notes that a connection of the viewer is there, and says how the viewer is present.
pub(crate) async fn beat(ctx: &Ctx, command: Heartbeat) -> Result<Status, HeartbeatError> {
    let viewer = ctx.viewer()?.user_id;
    let connection = ConnectionId::parse(&command.connection_id)?;
    let now = ctx.now();
    let work = ctx.begin().await?;
    store::beat(&*work, viewer, &connection, command.away, now).await?;
    store::keep_latest(&*work, viewer, MAX_CONNECTIONS).await?;
    let trace = store::traces(&*work, &[viewer], now - FORGOTTEN_AFTER).await?.remove(&viewer);
    work.commit().await?;
    Ok(trace.unwrap_or_default().status())
}

/// How people are present, as far as they show it to the viewer.
pub(crate) async fn of(ctx: &Ctx, users: &[UserId]) -> Result<HashMap<UserId, Seen>, StoreError> {
    let Some(viewer) = ctx.viewer_id() else {
        return Ok(HashMap::new());
    };
    let connection = ctx.db.reader();
    let mut everybody = users.to_vec();
    everybody.push(viewer);
    let settings = settings::of(ctx, &everybody).await?;
    ctx.settle_blocks().await;
    let hidden = relationships::hidden_from(connection, viewer, users).await?;
    let traces = store::traces(connection, users, ctx.now() - FORGOTTEN_AFTER).await?;
    let own = settings.get(&viewer).copied().unwrap_or_default();
    let there = users.iter().filter(|user| !hidden.contains(user));
    let seen = there.filter_map(|user| {
        let trace = traces.get(user).copied().unwrap_or_default();
        let settings = settings.get(user)?;
        Some((*user, if *user == viewer { trace.whole() } else { shown(trace, settings, &own) }))
    });
    Ok(seen.collect())
}

/// As much of a trace as its owner shows to somebody with the settings `viewers`.
fn shown(trace: Trace, owners: &Settings, viewers: &Settings) -> Seen {
    let mutual = |one, other| one == ShownTo::Everyone && other == ShownTo::Everyone;
    let status = mutual(owners.privacy.presence, viewers.privacy.presence);
    let last_seen = mutual(owners.privacy.last_seen, viewers.privacy.last_seen);
    // Of somebody who hides that they are there, only the time when they last left is told.
    let at = if status { trace.last_seen_at() } else { trace.left_at };
    Seen { status: status.then(|| trace.status()), last_seen_at: at.filter(|_| last_seen) }
}

/// Writes down when people left whose connections have all been forgotten.
async fn expire(ctx: &Ctx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let silent_since = now - FORGOTTEN_AFTER;
    // Most of the time there is nothing to do, and then nothing is locked.
    if !store::any_silent(ctx.db.reader(), silent_since).await? {
        return Ok(());
    }
    let work = ctx.begin().await?;
    for (user, seen_at) in store::silent(&*work, silent_since).await? {
        store::note_left(&*work, user, seen_at).await?;
    }
    store::forget(&*work, silent_since).await?;
    work.commit().await
}

/// The background task: forgets connections until told to stop.
pub(crate) async fn expire_until(stop: CancellationToken, ctx: Ctx) {
    let mut ticks = tokio::time::interval(TIDY_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = expire(&ctx, ctx.now()).await {
            tracing::warn!(%error, "connections could not be forgotten; trying again");
        }
    }
}
