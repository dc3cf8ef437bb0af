//! Reading and writing the table of keys.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect as _, QueryTrait as _,
    TryInsertResult,
    sea_query::{Expr, ExprTrait as _, LockBehavior, LockType},
};

mod entity {
    //! A row for each key.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency_keys")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub fingerprint: String,
        pub result: String,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) struct Stored {
    pub(crate) fingerprint: String,
    pub(crate) result: String,
}

/// Inserts the key; false when it is there already. Waits for a transaction that is just inserting it.
pub(crate) async fn claim(
    transaction: &impl ConnectionTrait,
    user_id: UserId,
    key: &str,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let row = entity::ActiveModel {
        user_id: Set(user_id),
        key: Set(key.to_owned()),
        fingerprint: Set(fingerprint.to_owned()),
        result: Set("null".to_owned()),
        created_at: Set(now),
    };
    let inserted = entity::Entity::insert(row)
        .on_conflict_do_nothing_on([entity::Column::UserId, entity::Column::Key])
        .exec_without_returning(transaction)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

pub(crate) async fn find(
    transaction: &impl ConnectionTrait,
    user_id: UserId,
    key: &str,
) -> Result<Stored, DbErr> {
    let row = entity::Entity::find_by_id((user_id, key.to_owned())).one(transaction).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("idempotency key".to_owned()))?;
    Ok(Stored { fingerprint: row.fingerprint, result: row.result })
}

pub(crate) async fn complete(
    transaction: &impl ConnectionTrait,
    user_id: UserId,
    key: &str,
    result: String,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel {
        user_id: Set(user_id),
        key: Set(key.to_owned()),
        result: Set(result),
        ..Default::default()
    };
    row.update(transaction).await.map(|_| ())
}

/// Deletes the user's keys that were claimed before `instant`.
pub(crate) async fn forget_before(
    transaction: &impl ConnectionTrait,
    user_id: UserId,
    instant: DateTime<Utc>,
) -> Result<(), DbErr> {
    let old = entity::Entity::delete_many()
        .filter(entity::Column::UserId.eq(user_id))
        .filter(entity::Column::CreatedAt.lt(instant));
    old.exec(transaction).await.map(|_| ())
}

/// Deletes some of anybody's keys that were claimed before `instant`, and says how many. Those that a transaction is at
/// work with are passed over, so that nobody waits for it.
pub(crate) async fn remove_before(
    transaction: &impl ConnectionTrait,
    instant: DateTime<Utc>,
    at_most: u64,
) -> Result<u64, DbErr> {
    let old = entity::Entity::find()
        .select_only()
        .columns([entity::Column::UserId, entity::Column::Key])
        .filter(entity::Column::CreatedAt.lt(instant))
        .limit(at_most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let key = Expr::tuple([entity::Column::UserId, entity::Column::Key].map(Expr::col));
    let removed = entity::Entity::delete_many().filter(key.in_subquery(old)).exec(transaction).await?;
    Ok(removed.rows_affected)
}

/// Deletes all keys of the user, with their results.
pub(crate) async fn forget(connection: &impl ConnectionTrait, user_id: UserId) -> Result<(), DbErr> {
    let all = entity::Entity::delete_many().filter(entity::Column::UserId.eq(user_id));
    all.exec(connection).await.map(|_| ())
}
