//! Moods in files: exported as a stream of bounded parts, and imported all or nothing.
//!
//! An import can be run dry first: it then says what is wrong with which line, and writes nothing. Entries that their owner
//! has already are passed over, so that importing a file twice does no harm.

mod error;
mod format;
pub(crate) mod graphql;
mod model;
mod store;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures::{Stream, stream};
use idempotency::Begun;
use ids::{CustomMoodId, UserId};
use pagination::{Direction, PageRequest};
use service::Unauthenticated;

use self::{
    error::ImportError,
    format::{ImportFormat, Writer},
    model::{
        Chunk, Counts, ExportMoods, Import, ImportMoods, MAX_ENTRIES, Meaning, MoodMapping, PortableEntry,
        Position, Reading, Rules, identity,
    },
};
use crate::{
    computing::compute,
    context::Ctx,
    custom_moods,
    entries::{
        self, StoreError,
        model::{EntryFilter, EntryKey, History, MoodEntry},
    },
    insights, settings,
    tags::{
        self,
        model::{Tag, TagName},
    },
};

/// Entries in one part of an exported file: what an export holds in memory.
const ENTRIES_A_CHUNK: u32 = 200;
/// Entries written, or looked for, with one statement: with their tags, far from what SQLite takes.
const ENTRIES_A_STATEMENT: usize = 250;
/// Tags made with one statement.
const TAGS_A_STATEMENT: usize = 500;

/// Logs every entry of a file, or says why none was.
pub(crate) async fn import(ctx: &Ctx, command: ImportMoods) -> Result<Import, ImportError> {
    let user_id = ctx.viewer()?.user_id;
    let now = ctx.now();
    let rules = rules(ctx, user_id, &command, now).await?;
    let mut reading = read(&command, rules).await?;
    let (lines, valid) = (reading.lines, reading.entries.len());
    if command.dry_run || reading.problem_count > 0 {
        let fresh = unknown(ctx, ctx.db.reader(), user_id, reading.entries).await?;
        let counts = Counts { lines, valid, duplicates: valid - fresh.len(), imported: 0 };
        let refused = !command.dry_run;
        let (problems, problem_count) = (reading.problems, reading.problem_count);
        return Ok(Import { counts, problems, problem_count, refused });
    }
    let work = ctx.begin().await?;
    let request =
        idempotency::Request { user_id, operation: "importMoods", key: command.idempotency_key.as_deref() };
    let claim = match idempotency::begin::<Counts>(&*work, request, &command, now).await? {
        Begun::First(claim) => claim,
        Begun::Again(counts) => return Ok(Import::done(counts)),
    };
    store::one_import_at_a_time(&*work, user_id).await?;
    let fresh = unknown(ctx, &*work, user_id, std::mem::take(&mut reading.entries)).await?;
    let counts = Counts { lines, valid, duplicates: valid - fresh.len(), imported: fresh.len() };
    log_all(ctx, &work, user_id, fresh, now).await?;
    claim.complete(&*work, &counts).await?;
    work.commit().await?;
    Ok(Import::done(counts))
}

/// What the entries of the viewer's file are read by.
async fn rules(
    ctx: &Ctx,
    user_id: UserId,
    command: &ImportMoods,
    now: DateTime<Utc>,
) -> Result<Rules, ImportError> {
    let are_current = ctx.settle_settings().await;
    let defaults = settings::store::of(ctx.db.reader(), user_id).await?.relied_upon(are_current);
    let own = custom_moods::list(ctx, user_id, true).await?.unwrap_or_default();
    let mut meanings = HashMap::new();
    for (index, MoodMapping { name, meaning }) in command.mappings.iter().enumerate() {
        let meaning = match meaning {
            Meaning::Score(score) => Meaning::Score(*score),
            Meaning::Mood(id) => {
                let mood = own.iter().find(|mood| mood.id == *id);
                Meaning::Mood(mood.cloned().ok_or(ImportError::MoodMissing { index })?)
            }
        };
        meanings.insert(name.trim().to_lowercase(), meaning);
    }
    let moods = own.into_iter().map(|mood| (mood.name.folded(), mood)).collect();
    let zone = command.zone.unwrap_or(defaults.days.zone);
    let (day_start, visibility) = (defaults.days.day_start, defaults.visibility);
    Ok(Rules { now, zone, day_start, visibility, moods, meanings })
}

/// Reads a file, away from the threads that answer.
async fn read(command: &ImportMoods, rules: Rules) -> Result<Reading, ImportError> {
    let (format, content) = (command.format, command.content.clone());
    let reading = compute(move || read_now(format, &content, &rules)).await;
    reading.map_err(|error| ImportError::Broken(error.to_string()))?
}

fn read_now(format: ImportFormat, content: &str, rules: &Rules) -> Result<Reading, ImportError> {
    let mut reading = Reading::default();
    let outcome = format::read(format, content, &mut |record| {
        reading.lines += 1;
        if reading.lines <= MAX_ENTRIES {
            match record.draft.check(rules, record.faults) {
                Ok(entry) => reading.entries.push(entry),
                Err(faults) => reading.note(record.line, faults),
            }
        }
    });
    if reading.lines > MAX_ENTRIES {
        return Err(ImportError::TooManyEntries);
    }
    for broken in outcome.err().into_iter().flatten() {
        reading.note(broken.line, broken.fault.into());
    }
    Ok(reading)
}

/// Those of `entries` that their owner doesn't have yet, each once.
async fn unknown(
    ctx: &Ctx,
    connection: &impl entries::store::Connection,
    user_id: UserId,
    entries: Vec<PortableEntry>,
) -> Result<Vec<PortableEntry>, StoreError> {
    let mut known = HashSet::new();
    let mut fresh = Vec::new();
    let mut rest = entries.into_iter().peekable();
    while rest.peek().is_some() {
        let batch: Vec<PortableEntry> = rest.by_ref().take(ENTRIES_A_STATEMENT).collect();
        let instants: Vec<_> = batch.iter().map(|entry| entry.moment.occurred_at).collect();
        let there = entries::store::at_instants(connection, &ctx.keys, user_id, &instants).await?;
        known.extend(there.iter().map(identity));
        fresh.extend(batch.into_iter().filter(|entry| known.insert(identity(entry))));
    }
    Ok(fresh)
}

async fn log_all(
    ctx: &Ctx,
    work: &outbox::Work,
    user_id: UserId,
    fresh: Vec<PortableEntry>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let tags = intern(work, user_id, &fresh, now).await?;
    let mut rest = fresh.into_iter().map(|entry| entry.into_entry(user_id, &tags, now)).peekable();
    while rest.peek().is_some() {
        let batch: Vec<MoodEntry> = rest.by_ref().take(ENTRIES_A_STATEMENT).collect();
        entries::log_all(work, &ctx.keys, &batch).await?;
    }
    insights::moods_changed(&**work, user_id, now).await
}

/// The owner's tags that `entries` have, by what they are compared by; those that aren't there are made.
async fn intern(
    work: &outbox::Work,
    user_id: UserId,
    entries: &[PortableEntry],
    now: DateTime<Utc>,
) -> Result<HashMap<String, Tag>, StoreError> {
    let mut names: HashMap<String, TagName> = HashMap::new();
    for name in entries.iter().flat_map(|entry| entry.tags.as_slice()) {
        names.entry(name.folded()).or_insert_with(|| name.clone());
    }
    let mut names: Vec<TagName> = names.into_values().collect();
    // In the order in which everybody makes them, over all statements.
    names.sort_by_cached_key(TagName::folded);
    let mut interned = HashMap::new();
    for names in names.chunks(TAGS_A_STATEMENT) {
        let tags = tags::store::intern(&**work, user_id, names, now).await?;
        interned.extend(tags.into_iter().map(|tag| (tag.name.folded(), tag)));
    }
    Ok(interned)
}

/// The viewer's moods as a file, part by part, oldest first. A part is read when it is asked for, and nothing of the one
/// before is kept; an entry shows as it is at that moment.
pub(crate) fn export(
    ctx: &Ctx,
    command: ExportMoods,
    after: Position,
) -> Result<impl Stream<Item = Result<Chunk, StoreError>> + Send + use<>, Unauthenticated> {
    let owner = ctx.viewer()?.user_id;
    let state = (ctx.clone(), command, after);
    Ok(stream::try_unfold(state, move |(ctx, command, after)| async move {
        let chunk = chunk(&ctx, owner, &command, &after).await?;
        Ok(chunk.map(|chunk| {
            let position = chunk.goes_on_after.clone().into();
            (chunk, (ctx, command, position))
        }))
    }))
}

/// The part of a file that comes after `after`; none comes after the end.
async fn chunk(
    ctx: &Ctx,
    owner: UserId,
    command: &ExportMoods,
    after: &Position,
) -> Result<Option<Chunk>, StoreError> {
    let (is_start, before) = match after {
        Position::Start => (true, None),
        Position::After(key) => (false, Some(key.clone())),
        Position::End => return Ok(None),
    };
    // Histories are newest first: the oldest are at their end.
    let page = PageRequest { direction: Direction::Backward, limit: ENTRIES_A_CHUNK, after: None, before };
    let ExportMoods { format, from, to } = *command;
    let query = History { owner, from, to, filter: EntryFilter::default(), page };
    let mut slice = entries::history(ctx, &query).await?;
    slice.items.reverse();
    let last = slice.items.last().map(EntryKey::from);
    let goes_on_after = last.filter(|_| slice.has_previous);
    let made: HashSet<CustomMoodId> = slice.items.iter().filter_map(|entry| entry.custom_mood).collect();
    let made: Vec<CustomMoodId> = made.into_iter().collect();
    let moods = custom_moods::store::find_many(ctx.db.reader(), &made).await?;
    let mut writer = Writer::default();
    if is_start {
        writer.begin(format, owner);
    }
    for (index, entry) in slice.items.into_iter().enumerate() {
        let id = entry.id;
        let entry = PortableEntry::of(entry, &moods);
        writer.entry(format, owner, id, &entry, is_start && index == 0);
    }
    if goes_on_after.is_none() {
        writer.end(format);
    }
    let (text, entries) = writer.finish();
    Ok(Some(Chunk { text, entries, goes_on_after }))
}
