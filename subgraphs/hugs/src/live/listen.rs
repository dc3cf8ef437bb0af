//! Hearing from the bus whom to wake: other processes write to the logs, too.

use std::sync::Arc;

use audience::Audience as _;
use bus::Bus;
use chrono::{DateTime, Utc};
use database::Database;
use events::{
    Envelope, Event,
    hugs::{
        GroupHugChanged, GroupHugJoined, GroupHugLeft, HugCancelled, HugRequestAnswered, HugRequestPosted,
        HugSeen, HugSent, HugThanked,
    },
};
use ids::{GroupHugId, UserId};
use tokio_util::sync::CancellationToken;

use super::{Hub, store};
use crate::store::StoreError;

/// How many people are read at a time.
const AUDIENCE_PAGE: u64 = 1_000;

/// Wakes streams as the bus tells, until `stop`.
pub(crate) async fn listen(hub: Hub, bus: Arc<dyn Bus>, db: Database, stop: CancellationToken) {
    let subjects = ["hugs.*".to_owned()];
    let telling = audience::tell(hub.clone(), &*bus, &subjects, stop, |event| pass_on(&hub, &db, event));
    telling.await;
}

async fn pass_on(hub: &Hub, db: &Database, event: Arc<Envelope>) {
    if let Err(error) = wake_concerned(hub, db, &event).await {
        tracing::warn!(%error, "can't tell whom an event concerns: waking everybody");
        hub.miss();
    }
}

async fn wake_concerned(hub: &Hub, db: &Database, event: &Envelope) -> Result<(), StoreError> {
    if let Some(posted) = read::<HugRequestPosted>(event) {
        return wake_audience(hub, db, &posted).await;
    }
    if let Some((group, at)) = group_concerned(event) {
        hub.wake(group);
        return wake_audience_of_group(hub, db, group, at).await;
    }
    if let Some(person) = concerned(event) {
        hub.wake(person);
    }
    Ok(())
}

/// The person in whose log the event stands.
fn concerned(event: &Envelope) -> Option<UserId> {
    read::<HugSent>(event)
        .map(|sent| sent.recipient_id)
        .or_else(|| read::<HugSeen>(event).map(|seen| seen.sender_id))
        .or_else(|| read::<HugThanked>(event).map(|thanked| thanked.sender_id))
        .or_else(|| read::<HugCancelled>(event).map(|cancelled| cancelled.recipient_id))
        .or_else(|| read::<HugRequestAnswered>(event).map(|answered| answered.requester_id))
}

/// The group hug that the event is about, and the instant under which it stands in the logs.
fn group_concerned(event: &Envelope) -> Option<(GroupHugId, DateTime<Utc>)> {
    read::<GroupHugChanged>(event)
        .map(|changed| (changed.group_hug_id, changed.changed_at))
        .or_else(|| read::<GroupHugJoined>(event).map(|joined| (joined.group_hug_id, joined.joined_at)))
        .or_else(|| read::<GroupHugLeft>(event).map(|left| (left.group_hug_id, left.left_at)))
}

async fn wake_audience_of_group(
    hub: &Hub,
    db: &Database,
    group: GroupHugId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let people = store::audience_of_group(db.reader(), group, at, after, AUDIENCE_PAGE).await?;
        hub.wake_each(&people);
        after = people.last().copied();
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn wake_audience(hub: &Hub, db: &Database, posted: &HugRequestPosted) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let people = store::audience(db.reader(), posted.request_id, after, AUDIENCE_PAGE).await?;
        hub.wake_each(&people);
        after = people.last().copied();
        if after.is_none() {
            return Ok(());
        }
    }
}

/// What can't be read wakes nobody: the streams look by themselves now and then.
fn read<E: Event>(event: &Envelope) -> Option<E> {
    event.read::<E>()?.ok()
}
