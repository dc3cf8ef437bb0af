//! Presence: who is there now, and when people were last there.
//!
//! Each connection of a person says every [`BEAT_EVERY`] that it is there, and is forgotten when it hasn't for
//! [`FORGOTTEN_AFTER`]. Nothing has to be told when a connection breaks. A change is told to others (`PresenceChanged`), who then
//! look for themselves how the person is present for them.

mod error;
pub(crate) mod graphql;
mod hub;
mod listen;
mod model;
pub(crate) mod store;
mod watching;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use events::users::PresenceChanged;
use ids::UserId;
use outbox::Work;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    error::HeartbeatError,
    hub::Hub,
    listen::listen,
    model::{ConnectionId, Heartbeat, Seen, Status},
    watching::{Change, MAX_WATCHED, watch},
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
/// How many connections are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 100;
/// How often what is forgotten is tidied away.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// Notes that a connection of the viewer is there, and says how the viewer is present.
pub(crate) async fn beat(ctx: &Ctx, command: Heartbeat) -> Result<Status, HeartbeatError> {
    ctx.viewer()?;
    let connection = ConnectionId::parse(&command.connection_id)?;
    let (work, viewer) = ctx.begin_own::<HeartbeatError>().await?;
    let told = store::lock_told(&*work, viewer).await?;
    let now = ctx.now();
    store::beat(&*work, viewer, &connection, command.away, now).await?;
    store::keep_latest(&*work, viewer, MAX_CONNECTIONS).await?;
    let status = tell_when_changed(&work, viewer, told, now).await?;
    work.commit().await?;
    Ok(status)
}

/// Tells that somebody is present otherwise than it was last told, if they are, and how they are.
async fn tell_when_changed(
    work: &Work,
    user: UserId,
    told: Option<Status>,
    now: DateTime<Utc>,
) -> Result<Status, StoreError> {
    let trace = store::traces(&**work, &[user], now - FORGOTTEN_AFTER).await?.remove(&user);
    let status = trace.unwrap_or_default().status();
    if Some(status) != told {
        store::set_told(&**work, user, status).await?;
        work.emit(&PresenceChanged { user_id: user, changed_at: now }).await?;
    }
    Ok(status)
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
    let follows = Follows::between(ctx, viewer, users, &settings).await?;
    let there = users.iter().filter(|user| !hidden.contains(user));
    let seen = there.filter_map(|user| {
        let trace = traces.get(user).copied().unwrap_or_default();
        let settings = settings.get(user)?;
        let seen = if *user == viewer {
            trace.whole()
        } else {
            let shows = |owners, viewers| follows.shows(*user, owners, viewers);
            shown(trace, settings, &own, shows)
        };
        Some((*user, seen))
    });
    Ok(seen.collect())
}

/// As much of a trace as its owner shows to somebody with the settings `viewers`.
fn shown(
    trace: Trace,
    owners: &Settings,
    viewers: &Settings,
    shows: impl Fn(ShownTo, ShownTo) -> bool,
) -> Seen {
    let status = shows(owners.privacy.presence, viewers.privacy.presence);
    let last_seen = shows(owners.privacy.last_seen, viewers.privacy.last_seen);
    // Of somebody who hides that they are there, only the time when they last left is told.
    let at = if status { trace.last_seen_at() } else { trace.left_at };
    Seen { status: status.then(|| trace.status()), last_seen_at: at.filter(|_| last_seen) }
}

/// Who follows whom between the viewer and others.
#[derive(Debug, Default)]
struct Follows {
    followed: HashSet<UserId>,
    followers: HashSet<UserId>,
}

impl Follows {
    async fn between(
        ctx: &Ctx,
        viewer: UserId,
        users: &[UserId],
        settings: &HashMap<UserId, Settings>,
    ) -> Result<Self, StoreError> {
        let of_followed = |shown_to| shown_to == ShownTo::Followed;
        let matters = |settings: &Settings| {
            of_followed(settings.privacy.presence) || of_followed(settings.privacy.last_seen)
        };
        // Most people show it to everyone, and then nobody has to ask.
        if !settings.values().any(matters) {
            return Ok(Self::default());
        }
        let connection = ctx.db.reader();
        Ok(Self {
            followed: relationships::followed_among(connection, viewer, users).await?,
            followers: relationships::followers_among(connection, viewer, users).await?,
        })
    }

    /// Whether `owner` and the viewer show something to each other, of whom they set to whom it is shown.
    fn shows(&self, owner: UserId, owners: ShownTo, viewers: ShownTo) -> bool {
        let to = |shown_to, follows| match shown_to {
            ShownTo::Everyone => true,
            ShownTo::Followed => follows,
            ShownTo::Nobody => false,
        };
        to(owners, self.followers.contains(&owner)) && to(viewers, self.followed.contains(&owner))
    }
}

/// Writes down when people left whose connections have all been forgotten.
async fn expire(ctx: &Ctx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let silent_since = now - FORGOTTEN_AFTER;
    // Most of the time there is nothing to do, and then nothing is locked.
    while store::any_silent(ctx.db.reader(), silent_since).await? {
        expire_some(ctx, silent_since, now).await?;
    }
    Ok(())
}

/// The same for some of them: when thousands leave at once, nobody else has to wait for all of that.
async fn expire_some(ctx: &Ctx, silent_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let work = ctx.begin().await?;
    let silent = store::silent(&*work, silent_since, FORGOTTEN_AT_ONCE).await?;
    let people: Vec<_> = silent.keys().copied().collect();
    // Who was erased since that was read leaves no trace any more.
    let gone = erasure::erased_among(&work, &people).await?;
    // In one order, whoever does it, and before anything else is touched: nobody waits for each other for ever.
    let mut told = Vec::with_capacity(silent.len());
    for (user, seen_at) in silent.into_iter().filter(|(user, _)| !gone.contains(user)) {
        told.push((user, seen_at, store::lock_told(&*work, user).await?));
    }
    store::forget(&*work, &people, silent_since).await?;
    for (user, seen_at, told) in told {
        if tell_when_changed(&work, user, told, now).await? == Status::Offline {
            store::note_left(&*work, user, seen_at).await?;
        }
    }
    work.commit().await
}

/// The background task: forgets connections until told to stop.
pub(crate) async fn expire_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, TIDY_EVERY, || async {
        if let Err(error) = expire(&ctx, ctx.now()).await {
            tracing::warn!(%error, "connections could not be forgotten; trying again");
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use testkit::TestApp;

    use super::*;
    use crate::{Users, store::Connection as _};

    /// Signs of life of as many people, each from a connection.
    async fn beats(app: &TestApp, ctx: &Ctx, count: usize) -> Vec<UserId> {
        let people: Vec<_> = (0..count).map(|_| app.new_user()).collect();
        let transaction = ctx.db.begin().await.unwrap();
        let connection = ConnectionId::parse("tab").unwrap();
        for user in &people {
            store::beat(&transaction, *user, &connection, false, ctx.now()).await.unwrap();
        }
        transaction.commit().await.unwrap();
        people
    }

    #[tokio::test]
    async fn who_is_erased_while_their_connection_is_forgotten_leaves_no_trace() {
        let app = TestApp::start::<Users>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        let [ada, bo] = beats(&app, &ctx, 2).await.try_into().unwrap();
        let work = ctx.begin().await.unwrap();
        erasure::mark_erased(&work, ada, ctx.now()).await.unwrap();
        work.commit().await.unwrap();
        expire(&ctx, ctx.now() + FORGOTTEN_AFTER).await.unwrap();
        let traces = store::traces(ctx.db.reader(), &[ada, bo], ctx.now()).await.unwrap();
        assert_eq!(traces.into_keys().collect::<Vec<_>>(), [bo]);
        app.finish().await;
    }

    #[tokio::test]
    async fn what_was_told_and_can_not_be_read_keeps_nobody_from_leaving() {
        let app = TestApp::start::<Users>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        let people = beats(&app, &ctx, 2).await;
        let transaction = ctx.db.begin().await.unwrap();
        let told = "INSERT INTO told_presence SELECT user_id, 'DANCING' FROM connections";
        transaction.execute_unprepared(told).await.unwrap();
        transaction.commit().await.unwrap();
        expire(&ctx, ctx.now() + FORGOTTEN_AFTER).await.unwrap();
        let traces = store::traces(ctx.db.reader(), &people, ctx.now()).await.unwrap();
        assert_eq!(traces.values().filter(|trace| trace.left_at.is_some()).count(), 2);
        assert_eq!(app.events::<PresenceChanged>().await.len(), 2, "it is told anew");
        app.finish().await;
    }

    #[tokio::test]
    async fn who_closes_one_of_two_windows_has_not_left() {
        let app = TestApp::start::<Users>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        let [ada] = beats(&app, &ctx, 1).await.try_into().unwrap();
        let (first, second) = (ctx.now(), ctx.now() + TimeDelta::seconds(30));
        let transaction = ctx.db.begin().await.unwrap();
        let other = ConnectionId::parse("other").unwrap();
        store::beat(&transaction, ada, &other, true, second).await.unwrap();
        transaction.commit().await.unwrap();
        expire(&ctx, first + FORGOTTEN_AFTER).await.unwrap();
        let traces = store::traces(ctx.db.reader(), &[ada], first).await.unwrap();
        assert_eq!(traces[&ada], Trace { looking_at: None, away_at: Some(second), left_at: None });
        expire(&ctx, second + FORGOTTEN_AFTER).await.unwrap();
        let traces = store::traces(ctx.db.reader(), &[ada], second).await.unwrap();
        assert_eq!(traces[&ada], Trace { looking_at: None, away_at: None, left_at: Some(second) });
        app.finish().await;
    }

    #[tokio::test]
    async fn thousands_who_leave_at_once_are_forgotten_some_at_a_time() {
        let app = TestApp::start::<Users>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        let people = beats(&app, &ctx, 250).await;
        let watch = app.watch_all();
        expire(&ctx, ctx.now() + FORGOTTEN_AFTER).await.unwrap();
        let statements = watch.statements();
        let forgetting = statements.texts().filter(|text| text.starts_with("DELETE FROM \"connections\""));
        assert_eq!(forgetting.count(), 3);
        let traces = store::traces(ctx.db.reader(), &people, ctx.now()).await.unwrap();
        assert!(traces.len() == 250 && traces.values().all(|trace| trace.left_at == Some(ctx.now())));
        app.finish().await;
    }
}
