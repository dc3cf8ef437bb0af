//! The tables of points and badges. Nothing in them ever changes or goes, but with the person.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use events::streaks::StreakKind;
use ids::UserId;
use named::Named as _;
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
    sea_query::{Expr, ExprTrait as _},
};

use super::model::{Award, PointsEntry, PointsKey, Reason};
use crate::streak::store::{Connection, StoreError};

mod points {
    //! A line of somebody's ledger.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "points")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::PointsEntryId,
        pub user_id: ids::UserId,
        /// What the line is for: there is one for each.
        pub reason_key: String,
        pub amount: i32,
        pub kind: String,
        /// The days of the milestone; none when a freeze was bought.
        pub milestone: Option<i32>,
        pub made_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod badge {
    //! A badge that somebody has.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "badge_awards")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub badge: String,
        pub awarded_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Adds a line to somebody's ledger. There is one for each milestone: the database refuses another.
pub(super) async fn add_points(
    connection: &impl Connection,
    user_id: UserId,
    entry: &PointsEntry,
) -> Result<(), StoreError> {
    let (reason_key, milestone) = match entry.reason {
        Reason::Milestone(days) => (format!("milestone {} {days}", entry.kind.name()), Some(days)),
        Reason::Freeze => (format!("freeze {}", entry.id), None),
    };
    let row = points::ActiveModel {
        id: Set(entry.id),
        user_id: Set(user_id),
        reason_key: Set(reason_key),
        amount: Set(entry.amount),
        kind: Set(entry.kind.name().to_owned()),
        milestone: Set(milestone.map(|days| i32::try_from(days).unwrap_or(i32::MAX))),
        made_at: Set(entry.made_at),
    };
    points::Entity::insert(row).exec_without_returning(connection).await.map(|_| ())
}

/// The milestones of a kind that somebody has points for.
pub(super) async fn milestones(
    connection: &impl Connection,
    user_id: UserId,
    kind: StreakKind,
) -> Result<BTreeSet<u32>, StoreError> {
    let days: Vec<Option<i32>> = points::Entity::find()
        .select_only()
        .column(points::Column::Milestone)
        .filter(points::Column::UserId.eq(user_id))
        .filter(points::Column::Kind.eq(kind.name()))
        .filter(points::Column::Milestone.is_not_null())
        .into_tuple()
        .all(connection)
        .await?;
    Ok(days.into_iter().flatten().filter_map(|days| u32::try_from(days).ok()).collect())
}

/// The sum of somebody's ledger.
pub(super) async fn balance(connection: &impl Connection, user_id: UserId) -> Result<i64, StoreError> {
    let sum: Option<Option<i64>> = points::Entity::find()
        .select_only()
        .expr(Expr::col(points::Column::Amount).sum())
        .filter(points::Column::UserId.eq(user_id))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(sum.flatten().unwrap_or_default())
}

/// A page of somebody's ledger; the index (user_id, id) serves it.
pub(super) async fn page(
    connection: &impl Connection,
    user_id: UserId,
    page: &PageRequest<PointsKey>,
) -> Result<Slice<PointsEntry>, StoreError> {
    let of_user = points::Entity::find().filter(points::Column::UserId.eq(user_id));
    let values = |key: &PointsKey| vec![key.id.into()];
    let rows = keyset::page(of_user, page, Shown::NewestFirst, &[points::Column::Id], values);
    let entries: Result<Vec<_>, _> = rows.all(connection).await?.into_iter().map(entry).collect();
    Ok(Slice::from_rows(entries?, page))
}

/// Awards a badge; false when it is held already.
pub(super) async fn award(
    connection: &impl Connection,
    user_id: UserId,
    badge: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = badge::ActiveModel { user_id: Set(user_id), badge: Set(badge.to_owned()), awarded_at: Set(at) };
    let inserted = badge::Entity::insert(row)
        .on_conflict_do_nothing_on([badge::Column::UserId, badge::Column::Badge])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// The badges of each of `people`, in the order in which they were awarded.
pub(super) async fn awards_of(
    connection: &impl Connection,
    people: &[UserId],
) -> Result<HashMap<UserId, Vec<Award>>, StoreError> {
    let rows = badge::Entity::find()
        .filter(badge::Column::UserId.is_in(people.iter().copied()))
        .order_by_asc(badge::Column::AwardedAt)
        .order_by_asc(badge::Column::Badge);
    let mut awards: HashMap<UserId, Vec<Award>> = HashMap::new();
    for row in rows.all(connection).await? {
        let award = Award { badge: row.badge, awarded_at: row.awarded_at };
        awards.entry(row.user_id).or_default().push(award);
    }
    Ok(awards)
}

/// Forgets the points and badges of `user_id`.
pub(crate) async fn forget(connection: &impl Connection, user_id: UserId) -> Result<(), StoreError> {
    points::Entity::delete_many().filter(points::Column::UserId.eq(user_id)).exec(connection).await?;
    badge::Entity::delete_many().filter(badge::Column::UserId.eq(user_id)).exec(connection).await.map(|_| ())
}

fn entry(row: points::Model) -> Result<PointsEntry, StoreError> {
    let days = row.milestone.and_then(|days| u32::try_from(days).ok());
    Ok(PointsEntry {
        id: row.id,
        amount: row.amount,
        kind: StreakKind::of_name(&row.kind)?,
        reason: days.map_or(Reason::Freeze, Reason::Milestone),
        made_at: row.made_at,
    })
}
