//! Computing insights: in the background after moods changed, or at once for whoever asks.

use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};
use clock::SharedClock;
use database::Database;
use ids::UserId;
use tokio_util::sync::CancellationToken;

use super::{
    error::ComputeError,
    findings::{self, MEASURES, Reading},
    identity,
    model::{Finding, Insight},
    store::{self, Connection, Dismissal, StoreError},
};
use crate::{
    analytics::{
        self,
        model::{Query, Window},
        series::{Logged, Series},
    },
    computing::compute as compute_elsewhere,
};

/// How long after the first of some changes the insights are computed: whoever logs a mood mostly goes on to change it.
const DEBOUNCE: TimeDelta = TimeDelta::seconds(30);
/// How long a process may take for one person before another tries.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How often it is looked for who is due.
const TICK: Duration = Duration::from_secs(1);
/// How many are computed before it is looked for again.
const BATCH: u64 = 16;
/// How many days are looked at, back from the last that was logged: not from today, so that a day without moods says nothing new.
const WINDOW_DAYS: u64 = 90;

/// To be told in the transaction of every change of somebody's moods.
pub(crate) async fn moods_changed(
    connection: &impl Connection,
    owner: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    store::mark(connection, owner, now + DEBOUNCE).await
}

/// The background task: computes for whoever is due, until told to stop.
pub(crate) async fn compute_until(stop: CancellationToken, db: Database, clock: SharedClock) {
    service::repeat(stop, TICK, || async {
        if let Err(error) = compute_due(&db, &clock).await {
            tracing::warn!(%error, "insights could not be computed; trying again");
        }
    })
    .await;
}

/// Computes for everybody who is due; whom another process has claimed, it leaves to that.
async fn compute_due(db: &Database, clock: &SharedClock) -> Result<(), StoreError> {
    loop {
        let due = store::due(db.reader(), clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        for owner in due {
            let now = clock.now();
            let work = db.begin().await?;
            let claimed = store::claim(&work, owner, now, now + LEASE).await?;
            work.commit().await?;
            if claimed && let Err(error) = compute(db, owner, clock).await {
                // It stays due, and is tried again when the lease has run out: one person's moods keep nobody waiting.
                tracing::warn!(%error, "somebody's insights could not be computed");
            }
        }
    }
}

/// Computes what the owner's moods say and puts it in the place of what they said.
pub(super) async fn compute(db: &Database, owner: UserId, clock: &SharedClock) -> Result<(), ComputeError> {
    // The count first: what changes afterwards may or may not be read, and is computed again.
    let seen = store::state(db.reader(), owner).await?.changes;
    let (found, helpful) = read_and_find(db, owner).await?;
    let now = clock.now();
    let work = db.begin().await?;
    // Erased since their moods were read: what was found in them goes with them.
    if erasure::any_erased_in(&work, &[owner]).await? {
        return Ok(work.rollback().await?);
    }
    if !store::settle(&work, owner, seen, (now, now + DEBOUNCE), &helpful).await? {
        // Somebody has written what knows of more.
        return Ok(work.rollback().await?);
    }
    let former = store::all(&work, owner).await?;
    let dismissals = store::dismissals(&work, owner).await?;
    let (insights, over) = arrange(owner, found, &former, &dismissals, now);
    store::forget_dismissals(&work, owner, &over).await?;
    store::replace(&work, owner, &insights).await?;
    Ok(work.commit().await?)
}

async fn read_and_find(db: &Database, owner: UserId) -> Result<(Vec<Finding>, Vec<Finding>), ComputeError> {
    let Some(last) = analytics::store::last_day(db.reader(), owner).await? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let from = last.checked_sub_days(Days::new(WINDOW_DAYS - 1)).unwrap_or(last);
    let window = Window { from, to: last };
    let logged = analytics::store::read(db.reader(), owner, window, None).await?;
    // What is said to have been looked at begins where there was something to look at.
    let window =
        logged.iter().map(|entry| entry.local_date).min().map_or(window, |from| Window { from, ..window });
    let found = compute_elsewhere(move || {
        let readings = readings(&logged, window);
        (findings::find(&readings), findings::helpful(&readings))
    });
    Ok(found.await?)
}

/// The series of each measure.
pub(super) fn readings(logged: &[Logged], window: Window) -> Vec<Reading> {
    let of = |measure| {
        let query = Query { measure, zone: None };
        Reading { measure, window, series: Series::of(logged.to_vec(), query, window) }
    };
    MEASURES.map(of).into()
}

/// The insights that take the place of the former ones: known ones keep when they were found, and stay dismissed while their
/// dismissal holds. Also the dismissals that are over.
fn arrange(
    owner: UserId,
    found: Vec<Finding>,
    former: &[Insight],
    dismissals: &[Dismissal],
    now: DateTime<Utc>,
) -> (Vec<Insight>, Vec<ids::InsightId>) {
    let mut over: Vec<ids::InsightId> = Vec::new();
    let mut insights: Vec<Insight> = Vec::new();
    for (finding, position) in found.into_iter().zip(0_i16..) {
        let id = identity::id_of(owner, &finding);
        let known = former.iter().find(|insight| insight.id == id);
        let holds = dismissals.iter().find(|dismissal| identity::covers(&dismissal.finding, &finding));
        if holds.is_none() {
            let former = dismissals.iter().filter(|one| identity::is_same(&one.finding, &finding));
            over.extend(former.map(|dismissal| dismissal.id));
        }
        let found_at = known.map_or(now, |insight| insight.found_at);
        let dismissed_at = holds.map(|dismissal| dismissal.at);
        insights.push(Insight { id, position, finding, found_at, dismissed_at });
    }
    (insights, over)
}
