//! Mood entries: logged, updated, and read by those who may.

mod error;
mod events;
pub(crate) mod graphql;
pub(crate) mod model;
mod resealing;
pub(crate) mod store;

use std::collections::HashMap;

use idempotency::Begun;
use ids::{CustomMoodId, MoodId, UserId};
use keyring::Keyring;
use outbox::Work;
use pagination::{PageRequest, Slice};

use self::{
    error::EntryError,
    model::{CalendarDay, Change, DateRange, DeleteMood, EntryKey, History, LogMood, MoodEntry, UpdateMood},
};
pub(crate) use self::{error::InputError, resealing::reseal_until, store::StoreError};
use crate::{context::Ctx, custom_moods, insights, settings, tags};

/// Logs a mood of the viewer's.
pub(crate) async fn log(ctx: &Ctx, command: LogMood) -> Result<MoodEntry, EntryError> {
    let user_id = ctx.viewer()?.user_id;
    let now = ctx.now();
    let occurred_at = command.occurred_at(now)?;
    let settings_are_current = ctx.settle_settings().await;
    let work = ctx.begin().await?;
    let request =
        idempotency::Request { user_id, operation: "logMood", key: command.idempotency_key.as_deref() };
    let claim = match idempotency::begin::<MoodId>(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(id) => return own(ctx, &*work, user_id, id).await,
    };
    if let Some(id) = command.custom_mood {
        require_custom_mood(&*work, user_id, id).await?;
    }
    let defaults = settings::store::of(&*work, user_id).await?.relied_upon(settings_are_current);
    let tags = tags::store::intern(&*work, user_id, command.tags.as_slice(), now).await?;
    let entry = command.into_entry(user_id, occurred_at, tags, defaults, now);
    store::insert(&*work, &ctx.keys, &entry).await?;
    claim.complete(&*work, &entry.id).await?;
    insights::moods_changed(&*work, user_id, now).await?;
    work.emit(&events::logged(&entry)).await?;
    work.commit().await?;
    Ok(entry)
}

/// Logs entries that are whole, by the hundreds at most: nothing of them is checked here.
pub(crate) async fn log_all(work: &Work, keys: &Keyring, entries: &[MoodEntry]) -> Result<(), StoreError> {
    store::insert_all(&**work, keys, entries).await?;
    let logged: Vec<_> = entries.iter().map(events::logged).collect();
    work.emit_all(&logged).await
}

/// Changes an entry of the viewer's, if it is still as they saw it.
pub(crate) async fn update(ctx: &Ctx, command: UpdateMood) -> Result<MoodEntry, EntryError> {
    let user_id = ctx.viewer()?.user_id;
    let now = ctx.now();
    command.changes.check(now)?;
    let work = ctx.begin().await?;
    let current = own(ctx, &*work, user_id, command.id).await?;
    if current.revision != command.revision {
        return Err(EntryError::RevisionConflict(Box::new(current)));
    }
    if let Change::Set(id) = command.changes.custom_mood {
        require_custom_mood(&*work, user_id, id).await?;
    }
    let tags = match &command.changes.tags {
        Some(names) => Some(tags::store::intern(&*work, user_id, names.as_slice(), now).await?),
        None => None,
    };
    let Some(changed) = command.changes.apply(&current, tags, now) else {
        return Ok(current);
    };
    if !store::replace(&*work, &ctx.keys, &changed, current.revision).await? {
        // Another transaction changed it after it was read here.
        let current = own(ctx, &*work, user_id, command.id).await?;
        return Err(EntryError::RevisionConflict(Box::new(current)));
    }
    insights::moods_changed(&*work, user_id, now).await?;
    work.emit(&events::updated(&changed)).await?;
    work.commit().await?;
    Ok(changed)
}

/// Takes an entry of the viewer's away.
pub(crate) async fn delete(ctx: &Ctx, command: DeleteMood) -> Result<MoodId, EntryError> {
    let user_id = ctx.viewer()?.user_id;
    let work = ctx.begin().await?;
    let current = own(ctx, &*work, user_id, command.id).await?;
    let stale = command.revision.is_some_and(|revision| revision != current.revision);
    if stale || !store::delete(&*work, &current).await? {
        let current = own(ctx, &*work, user_id, command.id).await?;
        return Err(EntryError::RevisionConflict(Box::new(current)));
    }
    insights::moods_changed(&*work, user_id, ctx.now()).await?;
    work.emit(&events::deleted(&current)).await?;
    work.commit().await?;
    Ok(command.id)
}

/// A page of somebody's entries: those that the viewer may see.
pub(crate) async fn history(ctx: &Ctx, query: &History) -> Result<Slice<MoodEntry>, StoreError> {
    let Some(viewer) = ctx.caller.viewer() else {
        return Ok(Slice::empty());
    };
    if viewer.user_id != query.owner {
        ctx.settle_relationships().await;
    }
    store::history(ctx.db.reader(), &ctx.keys, viewer.user_id, query).await
}

/// A page of those of the entries `ids` that are the owner's own, newest first.
pub(crate) async fn own_among(
    ctx: &Ctx,
    owner: UserId,
    ids: &[MoodId],
    page: &PageRequest<EntryKey>,
) -> Result<Slice<MoodEntry>, StoreError> {
    store::own_among(ctx.db.reader(), &ctx.keys, owner, ids, page).await
}

/// The days of `range` on which somebody logged anything that the viewer may see.
pub(crate) async fn calendar(
    ctx: &Ctx,
    owner: UserId,
    range: DateRange,
) -> Result<Vec<CalendarDay>, StoreError> {
    let Some(viewer) = ctx.caller.viewer() else {
        return Ok(Vec::new());
    };
    if viewer.user_id != owner {
        ctx.settle_relationships().await;
    }
    store::days::count(ctx.db.reader(), viewer.user_id, owner, range).await.map(model::calendar::days)
}

/// Those of the entries `ids` that the viewer may see.
pub(crate) async fn visible(ctx: &Ctx, ids: &[MoodId]) -> Result<HashMap<MoodId, MoodEntry>, StoreError> {
    let Some(viewer) = ctx.caller.viewer() else {
        return Ok(HashMap::new());
    };
    ctx.settle_relationships().await;
    let entries = store::visible(ctx.db.reader(), &ctx.keys, viewer.user_id, ids).await?;
    Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
}

/// An entry of `user_id`'s own; anybody else's is as missing as one that never was.
async fn own(
    ctx: &Ctx,
    connection: &impl store::Connection,
    user_id: UserId,
    id: MoodId,
) -> Result<MoodEntry, EntryError> {
    store::find_own(connection, &ctx.keys, user_id, id).await?.ok_or(EntryError::Missing)
}

/// An entry is logged with a mood of its owner's own making, or with none.
async fn require_custom_mood(
    connection: &impl store::Connection,
    user_id: UserId,
    id: CustomMoodId,
) -> Result<(), EntryError> {
    let mood = custom_moods::store::find_own(connection, user_id, id).await?;
    mood.map(|_| ()).ok_or(EntryError::Input(InputError::CustomMoodMissing))
}
