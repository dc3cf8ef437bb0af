//! The table of entries. What is sealed passes through [`to_row`] and [`from_row`], and nowhere else.

use chrono::{DateTime, Utc};
use clock::day::{Calendar, DayStart};
use database::{
    Database,
    keyset::{self, Shown},
};
use ids::{MoodId, UserId};
use keyring::Keyring;
use named::Named as _;
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Order},
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::model::{
    Coordinate, EntryFilter, EntryKey, History, Moment, MoodEntry, MoodKind, MoodVisibility, Score, Words,
    vocabulary::Word,
};
use crate::tags::{self, model::Tag};

pub(super) mod days;
mod sealing;

pub(crate) use sealing::open as open_note;

pub(crate) mod entity {
    //! A row for each entry.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "mood_entries")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::MoodId,
        pub user_id: ids::UserId,
        pub score: i16,
        pub valence: Option<f64>,
        pub energy: Option<f64>,
        pub kind: String,
        /// A JSON list of codes.
        pub labels: String,
        /// A JSON list of codes.
        pub associations: String,
        pub custom_mood_id: Option<ids::CustomMoodId>,
        /// Sealed; see [`super::sealing`].
        pub note: Option<String>,
        pub note_key: Option<String>,
        pub occurred_at: DateTimeUtc,
        pub timezone: String,
        pub day_start_hour: i16,
        pub local_date: Date,
        pub visibility: String,
        pub revision: i32,
        pub created_at: DateTimeUtc,
        pub updated_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) use entity::{Column, Entity};

pub(super) async fn insert(
    connection: &impl Connection,
    keys: &Keyring,
    entry: &MoodEntry,
) -> Result<(), StoreError> {
    Entity::insert(to_row(keys, entry)?).exec_without_returning(connection).await?;
    tags::store::add_to_entries(connection, [(entry.id, entry.tags.as_slice())]).await
}

/// Inserts entries by the hundreds: one statement for all of them, and one for their tags.
pub(super) async fn insert_all(
    connection: &impl Connection,
    keys: &Keyring,
    entries: &[MoodEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.iter().map(|entry| to_row(keys, entry)).collect::<Result<Vec<_>, _>>()?;
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    let tags = entries.iter().map(|entry| (entry.id, entry.tags.as_slice()));
    tags::store::add_to_entries(connection, tags).await
}

/// The owner's entries of any of these instants; the index (user_id, occurred_at, id) serves them.
pub(crate) async fn at_instants(
    connection: &impl Connection,
    keys: &Keyring,
    owner: UserId,
    instants: &[DateTime<Utc>],
) -> Result<Vec<MoodEntry>, StoreError> {
    let instants = instants.iter().copied();
    let entries = Entity::find().filter(Column::UserId.eq(owner)).filter(Column::OccurredAt.is_in(instants));
    with_tags(connection, keys, entries.all(connection).await?).await
}

/// Puts `entry` in the place of its revision `former`; false when that is no longer there.
pub(super) async fn replace(
    connection: &impl Connection,
    keys: &Keyring,
    entry: &MoodEntry,
    former: i32,
) -> Result<bool, StoreError> {
    let mut row = to_row(keys, entry)?;
    row.not_set(Column::Id);
    let update =
        Entity::update_many().set(row).filter(Column::Id.eq(entry.id)).filter(Column::Revision.eq(former));
    if update.exec(connection).await?.rows_affected != 1 {
        return Ok(false);
    }
    tags::store::put_on_entry(connection, entry.id, &entry.tags).await?;
    Ok(true)
}

/// Takes `entry` away; false when it is not as it was read any more.
pub(super) async fn delete(connection: &impl Connection, entry: &MoodEntry) -> Result<bool, StoreError> {
    let delete =
        Entity::delete_many().filter(Column::Id.eq(entry.id)).filter(Column::Revision.eq(entry.revision));
    if delete.exec(connection).await?.rows_affected != 1 {
        return Ok(false);
    }
    tags::store::take_from_entry(connection, entry.id).await?;
    Ok(true)
}

/// The first key after `after` that notes are sealed with, in the order of keys; the empty one stands for none. The index
/// (key, id) of notes serves it.
pub(super) async fn next_key(
    connection: &impl Connection,
    after: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let sealed = Entity::find().select_only().expr(note_key()).filter(Column::Note.is_not_null());
    let further = match after {
        Some(after) => note_key().gt(after),
        None => note_key().gte(""),
    };
    sealed.filter(further).order_by(note_key(), Order::Asc).limit(1).into_tuple().one(connection).await
}

/// Seals, with the first key, up to `limit` notes that `key` has sealed, of entries after `after` in the order of their ids. Gives
/// the last entry it looked at, and how many notes it sealed; `None` when there is no further one. A note that can't be opened stays.
pub(super) async fn reseal(
    db: &Database,
    keys: &Keyring,
    key: &str,
    after: Option<MoodId>,
    limit: u64,
) -> Result<Option<(MoodId, usize)>, StoreError> {
    let mut rows = Entity::find().filter(Column::Note.is_not_null()).filter(note_key().eq(key));
    if let Some(after) = after {
        rows = rows.filter(Column::Id.gt(after));
    }
    let rows = rows.order_by_asc(Column::Id).limit(limit).all(db.reader()).await?;
    let Some(last) = rows.last().map(|row| row.id) else {
        return Ok(None);
    };
    let work = db.begin().await?;
    let mut count = 0;
    for row in rows {
        count += usize::from(reseal_row(&work, keys, row).await?);
    }
    work.commit().await?;
    Ok(Some((last, count)))
}

/// Which key a note is sealed with, as it is indexed.
fn note_key() -> Expr {
    Expr::cust("COALESCE(\"mood_entries\".\"note_key\", '')")
}

async fn reseal_row(
    connection: &impl Connection,
    keys: &Keyring,
    row: entity::Model,
) -> Result<bool, StoreError> {
    let Some(body) = row.note else {
        return Ok(false);
    };
    let note = match sealing::open(keys, row.id, body.clone(), row.note_key) {
        Ok(note) => note,
        Err(error) => {
            tracing::error!(%error, "a note stays as it is sealed");
            return Ok(false);
        }
    };
    let sealed = sealing::seal(keys, row.id, &note)?;
    let update = Entity::update_many()
        .col_expr(Column::Note, Expr::value(sealed.body))
        .col_expr(Column::NoteKey, Expr::value(sealed.key_id))
        .filter(Column::Id.eq(row.id))
        // Its owner may have changed it meanwhile.
        .filter(Column::Note.eq(body));
    Ok(update.exec(connection).await?.rows_affected == 1)
}

pub(super) async fn find_own(
    connection: &impl Connection,
    keys: &Keyring,
    user_id: UserId,
    id: MoodId,
) -> Result<Option<MoodEntry>, StoreError> {
    let row = Entity::find_by_id(id).filter(Column::UserId.eq(user_id)).one(connection).await?;
    Ok(with_tags(connection, keys, row.into_iter().collect()).await?.pop())
}

/// Those of the entries `ids` that `viewer` may see.
pub(super) async fn visible(
    connection: &impl Connection,
    keys: &Keyring,
    viewer: UserId,
    ids: &[MoodId],
) -> Result<Vec<MoodEntry>, StoreError> {
    let chosen = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).filter(visible_to(viewer));
    with_tags(connection, keys, chosen.all(connection).await?).await
}

/// A page of the owner's entries that `viewer` may see; the index (user_id, occurred_at, id) serves it.
pub(super) async fn history(
    connection: &impl Connection,
    keys: &Keyring,
    viewer: UserId,
    query: &History,
) -> Result<Slice<MoodEntry>, StoreError> {
    let mut entries = Entity::find().filter(Column::UserId.eq(query.owner));
    if viewer != query.owner {
        entries = entries.filter(visible_to(viewer));
    }
    // Unless the page begins within them, or SQLite would begin at them and pass over what is before the page.
    let PageRequest { after, before, .. } = &query.page;
    let from = query.from.filter(|from| before.as_ref().is_none_or(|before| before.occurred_at < *from));
    let to = query.to.filter(|to| after.as_ref().is_none_or(|after| after.occurred_at >= *to));
    if let Some(from) = from {
        entries = entries.filter(Column::OccurredAt.gte(from));
    }
    if let Some(to) = to {
        entries = entries.filter(Column::OccurredAt.lt(to));
    }
    entries = filtered(entries, query.owner, &query.filter);
    let columns = [Column::OccurredAt, Column::Id];
    let values = |key: &EntryKey| vec![key.occurred_at.into(), key.id.into()];
    let page = keyset::page(entries, &query.page, Shown::NewestFirst, &columns, values);
    let entries = with_tags(connection, keys, page.all(connection).await?).await?;
    Ok(Slice::from_rows(entries, &query.page))
}

/// A page of those of the entries `ids` that are the owner's.
pub(super) async fn own_among(
    connection: &impl Connection,
    keys: &Keyring,
    owner: UserId,
    ids: &[MoodId],
    page: &PageRequest<EntryKey>,
) -> Result<Slice<MoodEntry>, StoreError> {
    let entries =
        Entity::find().filter(Column::UserId.eq(owner)).filter(Column::Id.is_in(ids.iter().copied()));
    let values = |key: &EntryKey| vec![key.occurred_at.into(), key.id.into()];
    let columns = [Column::OccurredAt, Column::Id];
    let rows = keyset::page(entries, page, Shown::NewestFirst, &columns, values).all(connection).await?;
    Ok(Slice::from_rows(with_tags(connection, keys, rows).await?, page))
}

/// The one rule of who sees what: an entry's owner; and those whom its visibility and their follows let see it,
/// unless either of the two blocks the other.
fn visible_to(viewer: UserId) -> Condition {
    let owner = (Entity, Column::UserId);
    let of = |visibility: MoodVisibility| Column::Visibility.eq(visibility.name());
    let shared_with_followers =
        Condition::all().add(of(MoodVisibility::Followers)).add(relationships::follows_shown(viewer, owner));
    let shared = Condition::any().add(of(MoodVisibility::Public)).add(shared_with_followers);
    let by_others = Condition::all().add(shared).add(relationships::not_blocked_with(viewer, owner));
    Condition::any().add(Column::UserId.eq(viewer)).add(by_others)
}

/// The rest of `entries` that `filter` lets through; `owner` is whose tags its names are of.
fn filtered(mut entries: Select<Entity>, owner: UserId, filter: &EntryFilter) -> Select<Entity> {
    if let Some(kind) = filter.kind {
        entries = entries.filter(Column::Kind.eq(kind.name()));
    }
    if let Some(score) = filter.lowest_score {
        entries = entries.filter(Column::Score.gte(i16::from(score.number())));
    }
    if let Some(score) = filter.highest_score {
        entries = entries.filter(Column::Score.lte(i16::from(score.number())));
    }
    if let Some(condition) = any_word(Column::Labels, &filter.labels) {
        entries = entries.filter(condition);
    }
    if let Some(condition) = any_word(Column::Associations, &filter.associations) {
        entries = entries.filter(condition);
    }
    if !filter.tags.is_empty() {
        let tagged = tags::store::entries_tagged(owner, &filter.tags);
        entries = entries.filter(Column::Id.in_subquery(tagged));
    }
    if let Some(id) = filter.custom_mood {
        entries = entries.filter(Column::CustomMoodId.eq(id));
    }
    match filter.has_note {
        Some(true) => entries.filter(Column::Note.is_not_null()),
        Some(false) => entries.filter(Column::Note.is_null()),
        None => entries,
    }
}

/// Entries with any of `words`. A code has no letter that `LIKE` or JSON reads as anything else.
fn any_word<W: Word>(column: Column, words: &Words<W>) -> Option<Condition> {
    let any = words.codes().map(|code| column.like(format!("%\"{code}\"%")));
    (!words.as_slice().is_empty()).then(|| any.fold(Condition::any(), Condition::add))
}

fn to_row(keys: &Keyring, entry: &MoodEntry) -> Result<entity::ActiveModel, StoreError> {
    let sealed = entry.note.as_ref().map(|note| sealing::seal(keys, entry.id, note)).transpose()?;
    let (note_key, note) = sealed.map(|sealed| (sealed.key_id, sealed.body)).unzip();
    Ok(entity::ActiveModel {
        id: Set(entry.id),
        user_id: Set(entry.user_id),
        score: Set(i16::from(entry.score.number())),
        valence: Set(entry.valence.map(Coordinate::number)),
        energy: Set(entry.energy.map(Coordinate::number)),
        kind: Set(entry.kind.name().to_owned()),
        labels: Set(json(&entry.labels)?),
        associations: Set(json(&entry.associations)?),
        custom_mood_id: Set(entry.custom_mood),
        note: Set(note),
        note_key: Set(note_key),
        occurred_at: Set(entry.moment.occurred_at),
        timezone: Set(entry.moment.zone.name().to_owned()),
        day_start_hour: Set(i16::from(entry.moment.day_start.hour())),
        local_date: Set(entry.moment.local_date),
        visibility: Set(entry.visibility.name().to_owned()),
        revision: Set(entry.revision),
        created_at: Set(entry.created_at),
        updated_at: Set(entry.updated_at),
    })
}

/// The entries of `rows`, in their order, each with its tags: one statement for all of them.
async fn with_tags(
    connection: &impl Connection,
    keys: &Keyring,
    rows: Vec<entity::Model>,
) -> Result<Vec<MoodEntry>, StoreError> {
    let ids: Vec<MoodId> = rows.iter().map(|row| row.id).collect();
    let mut tags = tags::store::of_entries(connection, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let tags = tags.remove(&row.id).unwrap_or_default();
            from_row(keys, row, tags)
        })
        .collect()
}

fn from_row(keys: &Keyring, row: entity::Model, tags: Vec<Tag>) -> Result<MoodEntry, StoreError> {
    let unreadable = |what: &str| StoreError::Type(format!("the {what} of {} can't be read", row.id));
    let Calendar { zone, day_start } =
        Calendar::parse(&row.timezone, i64::from(row.day_start_hour)).map_err(|_| unreadable("day"))?;
    Ok(MoodEntry {
        id: row.id,
        user_id: row.user_id,
        score: Score::parse(i32::from(row.score)).map_err(|_| unreadable("score"))?,
        valence: row.valence.and_then(Coordinate::parse),
        energy: row.energy.and_then(Coordinate::parse),
        kind: MoodKind::of_name(&row.kind)?,
        labels: words(&row.labels).ok_or_else(|| unreadable("labels"))?,
        associations: words(&row.associations).ok_or_else(|| unreadable("associations"))?,
        custom_mood: row.custom_mood_id,
        tags,
        moment: moment(&row, zone, day_start),
        visibility: MoodVisibility::of_name(&row.visibility)?,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
        note: row.note.map(|note| sealing::open(keys, row.id, note, row.note_key)).transpose()?,
    })
}

fn json<W: Word>(words: &Words<W>) -> Result<String, StoreError> {
    serde_json::to_string(words).map_err(|error| StoreError::Json(error.to_string()))
}

fn words<W: Word>(json: &str) -> Option<Words<W>> {
    let codes: Vec<String> = serde_json::from_str(json).ok()?;
    Words::parse(&codes).ok()
}

/// The moment as it was frozen: the date is read, not taken anew.
fn moment(row: &entity::Model, zone: chrono_tz::Tz, day_start: DayStart) -> Moment {
    Moment { occurred_at: row.occurred_at, zone, day_start, local_date: row.local_date }
}
