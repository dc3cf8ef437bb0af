//! The table of where streaks stand: what is asked of many at once, kept with every change of what it is computed from.

use chrono::{DateTime, NaiveDate, Utc};
use ids::UserId;
use named::Named as _;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    Value,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{Connection, StoreError};
use crate::{
    members,
    streak::{
        KINDS,
        model::{Streak, StreakKind},
    },
};

mod entity {
    //! A row for each streak that ever was, or isn't wanted.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "standings")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        pub is_tracked: bool,
        /// Days in a row, until `breaks_at`.
        pub current: i32,
        pub breaks_at: Option<DateTimeUtc>,
        /// The last day of the streak whose end was told latest.
        pub told_end: Option<Date>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
        #[sea_orm(
            belongs_to = "crate::members::store::entity::Entity",
            from = "Column::UserId",
            to = "crate::members::store::entity::Column::UserId"
        )]
        Member,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

/// A streak that should have ended by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overdue {
    pub(crate) user_id: UserId,
    pub(crate) kind: StreakKind,
    pub(crate) breaks_at: DateTime<Utc>,
    pub(crate) told_end: Option<NaiveDate>,
}

/// Whether somebody wants this streak; everybody does who hasn't said otherwise.
pub(crate) async fn is_tracked(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<bool, StoreError> {
    let row = Entity::find_by_id((user_id, kind.name().to_owned())).one(connection).await?;
    Ok(row.is_none_or(|row| row.is_tracked))
}

/// The kinds that somebody doesn't want.
pub(crate) async fn untracked(
    connection: &impl Connection,
    user_id: UserId,
) -> Result<Vec<StreakKind>, StoreError> {
    let rows = Entity::find().filter(Column::UserId.eq(user_id)).filter(Column::IsTracked.eq(false));
    rows.all(connection).await?.iter().map(|row| Ok(StreakKind::of_name(&row.kind)?)).collect()
}

pub(crate) async fn set_tracked(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    is_tracked: bool,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel { is_tracked: Set(is_tracked), ..standing(user_id, kind, None) };
    upsert(connection, row, &[Column::IsTracked]).await
}

/// Keeps where a streak stands; none when there is none, or it isn't wanted.
pub(crate) async fn put(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    streak: Option<&Streak>,
) -> Result<(), StoreError> {
    upsert(connection, standing(user_id, kind, streak), &[Column::Current, Column::BreaksAt]).await
}

/// Remembers which end of a streak was told.
pub(crate) async fn note_told_end(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    last_date: NaiveDate,
) -> Result<(), StoreError> {
    let row = entity::ActiveModel { told_end: Set(Some(last_date)), ..standing(user_id, kind, None) };
    upsert(connection, row, &[Column::ToldEnd]).await
}

/// Streaks that should have ended by `now`, the longest overdue first, those that come after `after`; the index (breaks_at)
/// serves it. Of kinds that this version doesn't know there are none.
pub(crate) async fn overdue(
    connection: &impl Connection,
    now: DateTime<Utc>,
    after: Option<Overdue>,
    limit: u64,
) -> Result<Vec<Overdue>, StoreError> {
    const POSITION: [Column; 3] = [Column::BreaksAt, Column::UserId, Column::Kind];
    let known = Column::Kind.is_in(KINDS.map(named::Named::name));
    let mut rows = Entity::find().filter(Column::BreaksAt.lte(now)).filter(known);
    if let Some(Overdue { user_id, kind, breaks_at, .. }) = after {
        let position = Expr::tuple(POSITION.map(|column| Expr::col((Entity, column))));
        let values: [Value; 3] = [breaks_at.into(), user_id.into(), kind.name().into()];
        rows = rows.filter(position.gt(Expr::tuple(values.map(Expr::value))));
    }
    let rows = POSITION.into_iter().fold(rows, QueryOrder::order_by_asc).limit(limit);
    rows.all(connection).await?.into_iter().filter_map(|row| overdue_of(row).transpose()).collect()
}

/// The same streak, if it is still overdue at `now`.
pub(crate) async fn still_overdue(
    connection: &impl Connection,
    overdue: Overdue,
    now: DateTime<Utc>,
) -> Result<Option<Overdue>, StoreError> {
    let row = Entity::find_by_id((overdue.user_id, overdue.kind.name().to_owned()));
    let row = row.filter(Column::BreaksAt.lte(now)).one(connection).await?;
    row.map(overdue_of).transpose().map(Option::flatten)
}

/// The longest running streaks at `now` of those people whom `viewer` follows and who consent to being compared: at
/// most `limit`, nobody's whom a block hides.
pub(crate) async fn running_of_followed(
    connection: &impl Connection,
    viewer: UserId,
    kind: StreakKind,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(UserId, i32)>, StoreError> {
    let user = || (Entity, Column::UserId);
    running(kind, now)
        .join(JoinType::InnerJoin, entity::Relation::Member.def())
        .filter(members::store::consents())
        .filter(Condition::all().add(relationships::follows_shown(viewer, user())))
        .filter(Condition::all().add(relationships::not_blocked_with(viewer, user())))
        .order_by_desc(Column::Current)
        .order_by_asc(Column::UserId)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await
}

/// How long somebody's streak is at `now`; none when it isn't running.
pub(crate) async fn running_of(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
    now: DateTime<Utc>,
) -> Result<Option<(UserId, i32)>, StoreError> {
    running(kind, now).filter(Column::UserId.eq(user_id)).into_tuple().one(connection).await
}

fn running(kind: StreakKind, now: DateTime<Utc>) -> sea_orm::Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::UserId)
        .column(Column::Current)
        .filter(Column::Kind.eq(kind.name()))
        .filter(Column::IsTracked.eq(true))
        .filter(Column::BreaksAt.gt(now))
}

pub(super) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(connection).await.map(|_| ())
}

fn standing(user_id: UserId, kind: StreakKind, streak: Option<&Streak>) -> entity::ActiveModel {
    let current = streak.map_or(0, |streak| i32::try_from(streak.current).unwrap_or(i32::MAX));
    entity::ActiveModel {
        user_id: Set(user_id),
        kind: Set(kind.name().to_owned()),
        is_tracked: Set(true),
        current: Set(current),
        breaks_at: Set(streak.and_then(|streak| streak.breaks_at)),
        told_end: Set(None),
    }
}

async fn upsert(
    connection: &impl Connection,
    row: entity::ActiveModel,
    columns: &[Column],
) -> Result<(), StoreError> {
    let conflict = OnConflict::columns([Column::UserId, Column::Kind])
        .update_columns(columns.iter().copied())
        .to_owned();
    Entity::insert(row).on_conflict(conflict).exec_without_returning(connection).await.map(|_| ())
}

fn overdue_of(row: entity::Model) -> Result<Option<Overdue>, StoreError> {
    let Some(breaks_at) = row.breaks_at else {
        return Ok(None);
    };
    Ok(Some(Overdue {
        user_id: row.user_id,
        kind: StreakKind::of_name(&row.kind)?,
        breaks_at,
        told_end: row.told_end,
    }))
}
