//! The table of those who are gone, and the questions asked of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::UserId;
use outbox::Work;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    QueryFilter, Statement,
};

mod tombstone {
    //! Somebody who is gone.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tombstones")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub erased_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whether somebody is gone, for reading.
pub async fn is_erased(connection: &impl ConnectionTrait, user: UserId) -> Result<bool, DbErr> {
    Ok(tombstone::Entity::find_by_id(user).one(connection).await?.is_some())
}

/// Whether one of `people` is gone, for writing about them in the same transaction.
pub async fn any_erased(work: &Work, people: &[UserId]) -> Result<bool, DbErr> {
    Ok(!erased_among(work, people).await?.is_empty())
}

/// The same in a transaction that tells nothing.
pub async fn any_erased_in(transaction: &DatabaseTransaction, people: &[UserId]) -> Result<bool, DbErr> {
    Ok(!among(transaction, people).await?.is_empty())
}

/// Those of `people` who are gone. Until the transaction ends, nobody else of them can be erased: what it writes about
/// them is there to be found when they are. Ask before writing anything, or two transactions may wait for each other.
pub async fn erased_among(work: &Work, people: &[UserId]) -> Result<BTreeSet<UserId>, DbErr> {
    among(work, people).await
}

async fn among(transaction: &DatabaseTransaction, people: &[UserId]) -> Result<BTreeSet<UserId>, DbErr> {
    if people.is_empty() {
        return Ok(BTreeSet::new());
    }
    hold(transaction, people, "pg_advisory_xact_lock_shared").await?;
    let them = tombstone::Column::UserId.is_in(people.iter().copied());
    let gone = tombstone::Entity::find().filter(them).all(transaction).await?;
    Ok(gone.into_iter().map(|row| row.user_id).collect())
}

/// Remembers that somebody is gone, once everybody who is just writing about them has ended.
pub async fn mark_erased(work: &Work, user: UserId, erased_at: DateTime<Utc>) -> Result<(), DbErr> {
    hold(work, &[user], "pg_advisory_xact_lock").await?;
    let row = tombstone::ActiveModel { user_id: Set(user), erased_at: Set(erased_at) };
    tombstone::Entity::insert(row)
        .on_conflict_do_nothing_on([tombstone::Column::UserId])
        .exec_without_returning(&**work)
        .await
        .map(|_| ())
}

/// Takes PostgreSQL's lock on the erasure of each. SQLite has one writer at a time, which is the same.
async fn hold(transaction: &DatabaseTransaction, people: &[UserId], lock: &str) -> Result<(), DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let mut people = people.to_vec();
    people.sort_unstable();
    for user in people {
        let statement = format!("SELECT {lock}(hashtextextended($1, 0))");
        let name = format!("erasure of {user}");
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, [name.into()]);
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}
