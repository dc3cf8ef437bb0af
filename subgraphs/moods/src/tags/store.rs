//! The tables of tags, and of which entry has which.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::{
    is_unique_violation,
    keyset::{self, Shown},
};
use ids::{MoodId, TagId, UserId};
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationTrait,
    sea_query::{Expr, Func, OnConflict, Query},
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::model::{Tag, TagKey, TagName, UsedTag};

pub(crate) mod tag {
    //! A row for each tag.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mood_tags")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::TagId,
        pub user_id: ids::UserId,
        pub name: String,
        pub folded_name: String,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod entry_tag {
    //! A row for each tag of each entry.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mood_entry_tags")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: ids::MoodId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub tag_id: ids::TagId,
        /// Its place among the entry's tags.
        pub position: i16,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(belongs_to = "super::tag::Entity", from = "Column::TagId", to = "super::tag::Column::Id")]
        Tag,
        #[sea_orm(
            belongs_to = "crate::entries::store::Entity",
            from = "Column::EntryId",
            to = "crate::entries::store::Column::Id"
        )]
        Entry,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How often tags are looked for and made, when somebody takes one away meanwhile.
const TRIES: usize = 4;

/// The owner's tags of these names, in their order; those that aren't there are made. Until the transaction ends, nobody merges them or
/// takes them away: whoever does then finds the entry that has them.
pub(crate) async fn intern(
    connection: &impl Connection,
    owner: UserId,
    names: &[TagName],
    now: DateTime<Utc>,
) -> Result<Vec<Tag>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    for _ in 0..TRIES {
        let mut there = held(connection, owner, names).await?;
        let mut missing: Vec<&TagName> =
            names.iter().filter(|name| !there.contains_key(&name.folded())).collect();
        if missing.is_empty() {
            return Ok(names.iter().filter_map(|name| there.remove(&name.folded())).collect());
        }
        // In one order, or two that make the same at once would wait for each other.
        missing.sort_by_cached_key(|name| name.folded());
        let tag = |name: &TagName| Tag { id: TagId::at(now), name: name.clone() };
        let rows = missing.into_iter().map(|name| to_row(owner, &tag(name), now));
        tag::Entity::insert_many(rows).on_conflict(known()).exec_without_returning(connection).await?;
    }
    Err(StoreError::RecordNotFound("a tag that was just made".to_owned()))
}

/// Those of the owner's tags of these names that are there, by what names are compared by; held until the transaction ends.
async fn held(
    connection: &impl Connection,
    owner: UserId,
    names: &[TagName],
) -> Result<HashMap<String, Tag>, StoreError> {
    let rows = of_owner(owner).filter(tag::Column::FoldedName.is_in(names.iter().map(TagName::folded)));
    let rows = rows.order_by_asc(tag::Column::Id).lock_shared().all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.folded_name.clone(), Tag::from(row))).collect())
}

/// Waits until no entry is just being given one of the tags, and keeps others from that until the transaction ends.
pub(super) async fn lock(
    connection: &impl Connection,
    owner: UserId,
    ids: &[TagId],
) -> Result<(), StoreError> {
    let tags = of_owner(owner).filter(tag::Column::Id.is_in(ids.iter().copied()));
    tags.order_by_asc(tag::Column::Id).lock_exclusive().all(connection).await.map(|_| ())
}

/// False when there is one of that name already.
pub(super) async fn insert(
    connection: &impl Connection,
    owner: UserId,
    tag: &Tag,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let insert = tag::Entity::insert(to_row(owner, tag, now)).on_conflict(known());
    Ok(insert.exec_without_returning(connection).await? == 1)
}

/// Puts `tags`, in their order, in the place of those that the entry has.
pub(crate) async fn put_on_entry(
    connection: &impl Connection,
    entry: MoodId,
    tags: &[Tag],
) -> Result<(), StoreError> {
    take_from_entry(connection, entry).await?;
    add_to_entries(connection, [(entry, tags)]).await
}

/// Gives entries that have no tags yet theirs.
pub(crate) async fn add_to_entries<'tags>(
    connection: &impl Connection,
    entries: impl IntoIterator<Item = (MoodId, &'tags [Tag])>,
) -> Result<(), StoreError> {
    let rows = entries.into_iter().flat_map(|(entry_id, tags)| {
        tags.iter().zip(0..).map(move |(tag, position)| entry_tag::ActiveModel {
            entry_id: Set(entry_id),
            tag_id: Set(tag.id),
            position: Set(position),
        })
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        entry_tag::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

pub(crate) async fn take_from_entry(connection: &impl Connection, entry: MoodId) -> Result<(), StoreError> {
    let rows = entry_tag::Entity::delete_many().filter(entry_tag::Column::EntryId.eq(entry));
    rows.exec(connection).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct TagOfEntry {
    entry_id: MoodId,
    id: TagId,
    name: String,
}

/// The tags of each of the entries, in their order.
pub(crate) async fn of_entries(
    connection: &impl Connection,
    entries: &[MoodId],
) -> Result<HashMap<MoodId, Vec<Tag>>, StoreError> {
    let mut tags: HashMap<MoodId, Vec<Tag>> = HashMap::new();
    if entries.is_empty() {
        return Ok(tags);
    }
    let rows = entry_tag::Entity::find()
        .select_only()
        .column(entry_tag::Column::EntryId)
        .column(tag::Column::Id)
        .column(tag::Column::Name)
        .join(JoinType::InnerJoin, entry_tag::Relation::Tag.def())
        .filter(entry_tag::Column::EntryId.is_in(entries.iter().copied()))
        .order_by_asc(entry_tag::Column::EntryId)
        .order_by_asc(entry_tag::Column::Position);
    for row in rows.into_model::<TagOfEntry>().all(connection).await? {
        let tag = Tag { id: row.id, name: TagName::from_store(row.name) };
        tags.entry(row.entry_id).or_default().push(tag);
    }
    Ok(tags)
}

/// A page of the owner's tags by name; the index (user_id, folded_name) serves it.
pub(super) async fn page(
    connection: &impl Connection,
    owner: UserId,
    page: &PageRequest<TagKey>,
) -> Result<Slice<UsedTag>, StoreError> {
    let columns = [tag::Column::FoldedName, tag::Column::Id];
    let values = |key: &TagKey| vec![key.folded_name.clone().into(), key.id.into()];
    let rows = keyset::page(of_owner(owner), page, Shown::OldestFirst, &columns, values);
    let tags: Vec<Tag> = rows.all(connection).await?.into_iter().map(Tag::from).collect();
    Ok(Slice::from_rows(with_uses(connection, tags).await?, page))
}

pub(super) async fn find_own(
    connection: &impl Connection,
    owner: UserId,
    id: TagId,
) -> Result<Option<UsedTag>, StoreError> {
    let row = of_owner(owner).filter(tag::Column::Id.eq(id)).one(connection).await?;
    Ok(with_uses(connection, row.into_iter().map(Tag::from).collect()).await?.pop())
}

pub(super) async fn find_by_name(
    connection: &impl Connection,
    owner: UserId,
    name: &TagName,
) -> Result<Option<Tag>, StoreError> {
    let row = of_owner(owner).filter(tag::Column::FoldedName.eq(name.folded())).one(connection).await?;
    Ok(row.map(Tag::from))
}

/// False when another transaction has just taken the name.
pub(super) async fn rename(connection: &impl Connection, tag: &Tag) -> Result<bool, StoreError> {
    let renamed = tag::ActiveModel {
        name: Set(tag.name.text().to_owned()),
        folded_name: Set(tag.name.folded()),
        ..Default::default()
    };
    let rename = tag::Entity::update_many().set(renamed).filter(tag::Column::Id.eq(tag.id));
    match rename.exec(connection).await {
        Err(error) if is_unique_violation(&error) => Ok(false),
        renamed => renamed.map(|_| true),
    }
}

/// Entries that have several of the tags get the one they become once, at the first one's place.
pub(super) async fn merge(
    connection: &impl Connection,
    from: &[TagId],
    into: TagId,
) -> Result<(), StoreError> {
    use entry_tag::Column;
    let places = Query::select()
        .column(Column::EntryId)
        .expr(Expr::value(into))
        .expr(Func::min(Expr::col(Column::Position)))
        .from(entry_tag::Entity)
        .and_where(Column::TagId.is_in(from.iter().copied()))
        .group_by_col(Column::EntryId)
        .to_owned();
    let insert = Query::insert()
        .into_table(entry_tag::Entity)
        .columns([Column::EntryId, Column::TagId, Column::Position])
        .select_from(places)
        .map_err(|error| StoreError::Custom(error.to_string()))?
        .on_conflict(OnConflict::columns([Column::EntryId, Column::TagId]).do_nothing().to_owned())
        .to_owned();
    connection.execute(&insert).await?;
    delete(connection, from).await
}

/// Takes the tags away from every entry, and then altogether.
pub(super) async fn delete(connection: &impl Connection, ids: &[TagId]) -> Result<(), StoreError> {
    let uses = entry_tag::Entity::delete_many().filter(entry_tag::Column::TagId.is_in(ids.iter().copied()));
    uses.exec(connection).await?;
    let tags = tag::Entity::delete_many().filter(tag::Column::Id.is_in(ids.iter().copied()));
    tags.exec(connection).await.map(|_| ())
}

/// The entries that have one of the owner's tags of these names.
pub(crate) fn entries_tagged(owner: UserId, names: &[TagName]) -> sea_orm::sea_query::SelectStatement {
    entry_tag::Entity::find()
        .select_only()
        .column(entry_tag::Column::EntryId)
        .join(JoinType::InnerJoin, entry_tag::Relation::Tag.def())
        .filter(tag::Column::UserId.eq(owner))
        .filter(tag::Column::FoldedName.is_in(names.iter().map(TagName::folded)))
        .into_query()
}

#[derive(FromQueryResult)]
struct Uses {
    tag_id: TagId,
    entries: i64,
}

async fn with_uses(connection: &impl Connection, tags: Vec<Tag>) -> Result<Vec<UsedTag>, StoreError> {
    let uses = entry_tag::Entity::find()
        .select_only()
        .column(entry_tag::Column::TagId)
        .column_as(entry_tag::Column::EntryId.count(), "entries")
        .filter(entry_tag::Column::TagId.is_in(tags.iter().map(|tag| tag.id)))
        .group_by(entry_tag::Column::TagId);
    let uses = uses.into_model::<Uses>().all(connection).await?;
    let uses: HashMap<TagId, i64> = uses.into_iter().map(|uses| (uses.tag_id, uses.entries)).collect();
    let used = |tag: Tag| UsedTag { entries: uses.get(&tag.id).copied().unwrap_or_default(), tag };
    Ok(tags.into_iter().map(used).collect())
}

fn of_owner(owner: UserId) -> sea_orm::Select<tag::Entity> {
    tag::Entity::find().filter(tag::Column::UserId.eq(owner))
}

/// A name that is there stays as it was first written.
fn known() -> OnConflict {
    OnConflict::columns([tag::Column::UserId, tag::Column::FoldedName]).do_nothing().to_owned()
}

fn to_row(owner: UserId, tag: &Tag, now: DateTime<Utc>) -> tag::ActiveModel {
    tag::ActiveModel {
        id: Set(tag.id),
        user_id: Set(owner),
        name: Set(tag.name.text().to_owned()),
        folded_name: Set(tag.name.folded()),
        created_at: Set(now),
    }
}

impl From<tag::Model> for Tag {
    fn from(row: tag::Model) -> Self {
        Self { id: row.id, name: TagName::from_store(row.name) }
    }
}
