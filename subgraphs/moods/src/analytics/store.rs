//! Reading what is analysed: as many columns as that needs, and no note.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use clock::day::{self, Calendar, DayStart};
use ids::{MoodId, UserId};
use named::Named as _;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

use super::{model::Window, series::Logged};
use crate::{
    entries::{
        model::{MoodKind, Words},
        store::{Column, Entity},
    },
    tags::store::{entry_tag, tag},
};

#[derive(FromQueryResult)]
struct Row {
    id: MoodId,
    occurred_at: DateTime<Utc>,
    timezone: String,
    day_start_hour: i16,
    local_date: NaiveDate,
    kind: String,
    score: i16,
    valence: Option<f64>,
    energy: Option<f64>,
    associations: String,
}

#[derive(FromQueryResult)]
struct TagRow {
    entry_id: MoodId,
    name: String,
}

/// The owner's entries of the days of `window`, in two statements; in another zone, those of some hours around them, too.
pub(crate) async fn read(
    connection: &impl Connection,
    owner: UserId,
    window: Window,
    zone: Option<Tz>,
) -> Result<Vec<Logged>, StoreError> {
    let rows = chosen(owner, window, zone)
        .select_only()
        .columns([
            Column::Id,
            Column::OccurredAt,
            Column::Timezone,
            Column::DayStartHour,
            Column::LocalDate,
            Column::Kind,
            Column::Score,
            Column::Valence,
            Column::Energy,
            Column::Associations,
        ])
        .into_model::<Row>()
        .all(connection)
        .await?;
    let mut tags = tags(connection, owner, window, zone).await?;
    rows.into_iter().map(|row| logged(row, &mut tags)).collect()
}

/// The last of the owner's days that has an entry; the index (user_id, local_date) serves it.
pub(crate) async fn last_day(
    connection: &impl Connection,
    owner: UserId,
) -> Result<Option<NaiveDate>, StoreError> {
    let entries = Entity::find().filter(Column::UserId.eq(owner)).order_by_desc(Column::LocalDate);
    entries.select_only().column(Column::LocalDate).limit(1).into_tuple().one(connection).await
}

/// The owner's entries of the window; the index (user_id, local_date), or (user_id, occurred_at, id), serves them.
fn chosen(owner: UserId, window: Window, zone: Option<Tz>) -> sea_orm::Select<Entity> {
    let entries = Entity::find().filter(Column::UserId.eq(owner));
    let Some(zone) = zone else {
        return entries.filter(Column::LocalDate.between(window.from, window.to));
    };
    // Days begin at midnight at the earliest, and at eleven in the evening at the latest.
    let from = day::start_of(window.from, zone, DayStart::MIDNIGHT);
    let to = day::end_of(window.to + Days::new(1), zone, DayStart::MIDNIGHT);
    entries.filter(Column::OccurredAt.gte(from)).filter(Column::OccurredAt.lt(to))
}

async fn tags(
    connection: &impl Connection,
    owner: UserId,
    window: Window,
    zone: Option<Tz>,
) -> Result<HashMap<MoodId, Vec<String>>, StoreError> {
    let rows = chosen(owner, window, zone)
        .select_only()
        .column(entry_tag::Column::EntryId)
        .column(tag::Column::Name)
        .join_rev(JoinType::InnerJoin, entry_tag::Relation::Entry.def())
        .join(JoinType::InnerJoin, entry_tag::Relation::Tag.def())
        .order_by_asc(entry_tag::Column::EntryId)
        .order_by_asc(entry_tag::Column::Position);
    let mut tags: HashMap<MoodId, Vec<String>> = HashMap::new();
    for row in rows.into_model::<TagRow>().all(connection).await? {
        tags.entry(row.entry_id).or_default().push(row.name);
    }
    Ok(tags)
}

fn logged(row: Row, tags: &mut HashMap<MoodId, Vec<String>>) -> Result<Logged, StoreError> {
    let unreadable = |what: &str| StoreError::Type(format!("the {what} of {} can't be read", row.id));
    let Calendar { zone, day_start } =
        Calendar::parse(&row.timezone, i64::from(row.day_start_hour)).map_err(|_| unreadable("day"))?;
    let codes: Vec<String> =
        serde_json::from_str(&row.associations).map_err(|_| unreadable("associations"))?;
    let associations = Words::parse(&codes).map_err(|_| unreadable("associations"))?;
    Ok(Logged {
        id: row.id,
        occurred_at: row.occurred_at,
        zone,
        day_start,
        local_date: row.local_date,
        kind: MoodKind::of_name(&row.kind)?,
        score: f64::from(row.score),
        valence: row.valence,
        energy: row.energy,
        associations: associations.as_slice().to_vec(),
        tags: tags.remove(&row.id).unwrap_or_default(),
    })
}
