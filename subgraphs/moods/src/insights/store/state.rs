//! Whose moods have changed since their insights were computed, and who computes them anew.
//!
//! `changes` counts the changes of somebody's moods, each in its own transaction; `computed` is the count that their insights
//! know of. A computation reads the count first and the moods afterwards, so that it knows of at least as much as it
//! says; when it is done it writes only if nobody has written what knows of more. A claim keeps other processes from doing
//! the same work, for as long as its lease; nothing depends on its being the only one.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, OnConflict},
};

use super::{Connection, StoreError, read, write};
use crate::insights::model::Finding;

mod entity {
    //! A row for everybody who ever logged a mood.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "insight_states")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub changes: i64,
        pub computed: i64,
        /// Null when nothing has changed.
        pub due_at: Option<DateTimeUtc>,
        pub claimed_until: Option<DateTimeUtc>,
        pub computed_at: Option<DateTimeUtc>,
        /// A JSON list of findings: what goes with better days.
        pub helpful: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

/// How far somebody's insights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::insights) struct State {
    pub(in crate::insights) changes: i64,
    pub(in crate::insights) computed: i64,
    pub(in crate::insights) computed_at: Option<DateTime<Utc>>,
}

/// Counts a change of somebody's moods. The first one since the last computation says when the next is due.
pub(crate) async fn mark(
    connection: &impl Connection,
    owner: UserId,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of = |column| Expr::col((Entity, column));
    let again = OnConflict::column(Column::UserId)
        .value(Column::Changes, of(Column::Changes).add(1))
        .value(Column::DueAt, Func::coalesce([of(Column::DueAt), Expr::value(due_at)]))
        .to_owned();
    let row = entity::ActiveModel { changes: Set(1), due_at: Set(Some(due_at)), ..fresh(owner) };
    Entity::insert(row).on_conflict(again).exec_without_returning(connection).await.map(|_| ())
}

/// Those for whom a computation is due and whom nobody has claimed, the longest overdue first; the index on due_at serves it.
pub(in crate::insights) async fn due(
    connection: &impl Connection,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<UserId>, StoreError> {
    let due = Entity::find().filter(Column::DueAt.lte(now)).filter(unclaimed(now));
    let due = due.order_by_asc(Column::DueAt).order_by_asc(Column::UserId).limit(limit);
    Ok(due.all(connection).await?.into_iter().map(|row| row.user_id).collect())
}

/// Claims somebody's computation until `until`; false when another process was first.
pub(in crate::insights) async fn claim(
    connection: &impl Connection,
    owner: UserId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .filter(Column::UserId.eq(owner))
        .filter(Column::DueAt.lte(now))
        .filter(unclaimed(now));
    Ok(update.exec(connection).await?.rows_affected == 1)
}

pub(in crate::insights) async fn state(
    connection: &impl Connection,
    owner: UserId,
) -> Result<State, StoreError> {
    let row = Entity::find_by_id(owner).one(connection).await?;
    Ok(row.map_or_else(State::default, |row| State {
        changes: row.changes,
        computed: row.computed,
        computed_at: row.computed_at,
    }))
}

/// Whoever else writes somebody's insights waits until this transaction ends.
pub(in crate::insights) async fn lock(connection: &impl Connection, owner: UserId) -> Result<(), StoreError> {
    let nobody = OnConflict::column(Column::UserId).do_nothing().to_owned();
    Entity::insert(fresh(owner)).on_conflict(nobody).exec_without_returning(connection).await?;
    let touch = Entity::update_many()
        .col_expr(Column::Changes, Expr::col(Column::Changes))
        .filter(Column::UserId.eq(owner));
    touch.exec(connection).await.map(|_| ())
}

/// Notes that insights which know of `seen` changes are written in this transaction; false when others that know of more have
/// been. What changed meanwhile stays due from `due_at` on.
pub(in crate::insights) async fn settle(
    connection: &impl Connection,
    owner: UserId,
    seen: i64,
    (now, due_at): (DateTime<Utc>, DateTime<Utc>),
    helpful: &[Finding],
) -> Result<bool, StoreError> {
    lock(connection, owner).await?;
    let changed = Expr::col(Column::Changes).gt(seen);
    let due = Expr::case(changed, Expr::value(due_at)).finally(Expr::value(None::<DateTime<Utc>>));
    let update = Entity::update_many()
        .col_expr(Column::Computed, Expr::value(seen))
        .col_expr(Column::ComputedAt, Expr::value(now))
        .col_expr(Column::DueAt, due.into())
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Helpful, Expr::value(write(&helpful)?))
        .filter(Column::UserId.eq(owner))
        .filter(Column::Computed.lte(seen));
    Ok(update.exec(connection).await?.rows_affected == 1)
}

/// What goes with somebody's better days, as it was last computed.
pub(crate) async fn helpful(connection: &impl Connection, owner: UserId) -> Result<Vec<Finding>, StoreError> {
    let row = Entity::find_by_id(owner).one(connection).await?;
    row.map_or_else(|| Ok(Vec::new()), |row| read(&row.helpful))
}

fn unclaimed(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now))
}

fn fresh(owner: UserId) -> entity::ActiveModel {
    entity::ActiveModel {
        user_id: Set(owner),
        changes: Set(0),
        computed: Set(0),
        due_at: Set(None),
        claimed_until: Set(None),
        computed_at: Set(None),
        helpful: Set("[]".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use database::Database;
    use testkit::TestDatabase;

    use super::*;
    use crate::migrations::Migrator;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_366_400, 0).unwrap()
    }

    fn minutes(count: i64) -> DateTime<Utc> {
        now() + TimeDelta::minutes(count)
    }

    /// A database with a change of Ada's that is due in a minute.
    async fn changed() -> (TestDatabase, Database, UserId) {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        db.migrate::<Migrator>().await.unwrap();
        let ada = UserId::at(now());
        mark(db.reader(), ada, minutes(1)).await.unwrap();
        (database, db, ada)
    }

    async fn written(db: &Database, owner: UserId, seen: i64) -> bool {
        let work = db.begin().await.unwrap();
        let settled = settle(&work, owner, seen, (minutes(5), minutes(6)), &[]).await.unwrap();
        work.commit().await.unwrap();
        settled
    }

    #[tokio::test]
    async fn a_computation_is_due_once_its_time_has_come_and_claimed_by_one_process() {
        let (database, db, ada) = changed().await;
        assert_eq!(due(db.reader(), now(), 10).await.unwrap(), []);
        // Another change doesn't put it off.
        mark(db.reader(), ada, minutes(3)).await.unwrap();
        assert_eq!(due(db.reader(), minutes(1), 10).await.unwrap(), [ada]);
        assert!(claim(db.reader(), ada, minutes(1), minutes(4)).await.unwrap());
        assert!(!claim(db.reader(), ada, minutes(2), minutes(4)).await.unwrap());
        assert_eq!(due(db.reader(), minutes(3), 10).await.unwrap(), []);
        // Whoever claimed it didn't come back.
        assert_eq!(due(db.reader(), minutes(4), 10).await.unwrap(), [ada]);
        assert!(claim(db.reader(), ada, minutes(4), minutes(8)).await.unwrap());
        db.close().await.unwrap();
        database.remove().await;
    }

    #[tokio::test]
    async fn what_changes_during_a_computation_stays_due() {
        let (database, db, ada) = changed().await;
        let seen = state(db.reader(), ada).await.unwrap().changes;
        mark(db.reader(), ada, minutes(2)).await.unwrap();
        assert!(written(&db, ada, seen).await);
        let after = state(db.reader(), ada).await.unwrap();
        assert_eq!((after.changes, after.computed, after.computed_at), (2, 1, Some(minutes(5))));
        assert_eq!(due(db.reader(), minutes(6), 10).await.unwrap(), [ada]);
        assert!(written(&db, ada, 2).await);
        assert_eq!(due(db.reader(), minutes(60), 10).await.unwrap(), []);
        db.close().await.unwrap();
        database.remove().await;
    }

    #[tokio::test]
    async fn what_knows_of_less_never_takes_the_place_of_what_knows_of_more() {
        let (database, db, ada) = changed().await;
        mark(db.reader(), ada, minutes(2)).await.unwrap();
        assert!(written(&db, ada, 2).await);
        assert!(!written(&db, ada, 1).await);
        assert!(written(&db, ada, 2).await, "the same may be written again");
        let nobody = UserId::at(now());
        assert!(written(&db, nobody, 0).await, "whoever never logged a mood has insights, too: none");
        db.close().await.unwrap();
        database.remove().await;
    }
}
