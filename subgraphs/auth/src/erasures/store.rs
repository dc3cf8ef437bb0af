//! Erasures in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, TryInsertResult,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    erasures::Erasure,
    store::{Connection, StoreError},
};

mod request {
    //! Somebody who wants to be forgotten, or is gone and has left something elsewhere.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "erasures")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub requested_at: DateTimeUtc,
        pub due_at: DateTimeUtc,
        pub erased_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod answer {
    //! A service in which nothing is left of somebody.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "erasure_answers")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        pub completed_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// False when there is a request of theirs already.
pub(crate) async fn insert(
    connection: &impl Connection,
    user: UserId,
    requested_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = request::ActiveModel {
        user_id: Set(user),
        requested_at: Set(requested_at),
        due_at: Set(due_at),
        erased_at: NotSet,
    };
    let inserted = request::Entity::insert(row)
        .on_conflict_do_nothing_on([request::Column::UserId])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// Makes a request due at once, whether there was one or not.
pub(crate) async fn hasten(
    connection: &impl Connection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if insert(connection, user, now, now).await? {
        return Ok(());
    }
    request::Entity::update_many()
        .col_expr(request::Column::DueAt, Expr::value(now))
        .filter(request::Column::UserId.eq(user))
        .filter(request::Column::ErasedAt.is_null())
        .exec(connection)
        .await
        .map(|_| ())
}

/// False when there is nothing to take back.
pub(crate) async fn cancel(connection: &impl Connection, user: UserId) -> Result<bool, StoreError> {
    let waiting = request::Entity::delete_many()
        .filter(request::Column::UserId.eq(user))
        .filter(request::Column::ErasedAt.is_null());
    Ok(waiting.exec(connection).await?.rows_affected == 1)
}

pub(crate) async fn due_at(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(request::Entity::find_by_id(user).one(connection).await?.map(|row| row.due_at))
}

/// Those of `users` whose day will come, or has come.
pub(crate) async fn waiting_among(
    connection: &impl Connection,
    users: &[UserId],
) -> Result<Vec<UserId>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let waiting = request::Entity::find()
        .select_only()
        .column(request::Column::UserId)
        .filter(request::Column::UserId.is_in(users.iter().copied()))
        .filter(request::Column::ErasedAt.is_null());
    waiting.into_tuple().all(connection).await
}

/// Since when somebody is due, and who it is: the order in which they are erased.
pub(crate) type Due = (DateTime<Utc>, UserId);

/// Some of those whose day has come and who come after `after`, the longest due first.
pub(crate) async fn due(
    connection: &impl Connection,
    now: DateTime<Utc>,
    after: Option<Due>,
    limit: u64,
) -> Result<Vec<Due>, StoreError> {
    use request::Column;
    let mut due = request::Entity::find().filter(Column::ErasedAt.is_null()).filter(Column::DueAt.lte(now));
    if let Some((due_at, user)) = after {
        let as_long = Column::DueAt.eq(due_at).and(Column::UserId.gt(user));
        due = due.filter(Column::DueAt.gte(due_at)).filter(Column::DueAt.gt(due_at).or(as_long));
    }
    let in_order = due.order_by_asc(Column::DueAt).order_by_asc(Column::UserId);
    let rows = in_order.limit(limit).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.due_at, row.user_id)).collect())
}

/// Notes that somebody is erased in this transaction; false when they needn't be, or it was done before.
pub(crate) async fn begin(
    connection: &impl Connection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let begun = request::Entity::update_many()
        .col_expr(request::Column::ErasedAt, Expr::value(now))
        .filter(request::Column::UserId.eq(user))
        .filter(request::Column::ErasedAt.is_null())
        .filter(request::Column::DueAt.lte(now))
        .exec(connection)
        .await?;
    Ok(begun.rows_affected == 1)
}

/// False when nobody waits for this answer. Whoever notes another at the same time comes before or after, so that the last one
/// sees that it is the last.
pub(crate) async fn note_answer(
    connection: &impl Connection,
    user: UserId,
    service: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if request::Entity::find_by_id(user).lock_exclusive().one(connection).await?.is_none() {
        return Ok(false);
    }
    let row =
        answer::ActiveModel { user_id: Set(user), service: Set(service.to_owned()), completed_at: Set(now) };
    let key = [answer::Column::UserId, answer::Column::Service];
    answer::Entity::insert(row).on_conflict_do_nothing_on(key).exec_without_returning(connection).await?;
    Ok(true)
}

pub(crate) async fn answered(connection: &impl Connection, user: UserId) -> Result<Vec<String>, StoreError> {
    let rows = answer::Entity::find().filter(answer::Column::UserId.eq(user)).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.service).collect())
}

/// Forgets an erasure that is complete.
pub(crate) async fn finish(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    answer::Entity::delete_many().filter(answer::Column::UserId.eq(user)).exec(connection).await?;
    request::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

/// Every erasure that isn't complete, the first that is due first.
pub(crate) async fn unfinished(connection: &impl Connection) -> Result<Vec<Erasure>, StoreError> {
    let rows = request::Entity::find().order_by_asc(request::Column::DueAt).all(connection).await?;
    with_answers(connection, rows, answer::Entity::find()).await
}

/// Those that began before `before` and aren't complete, the first ones first: at most `limit`.
pub(crate) async fn begun_before(
    connection: &impl Connection,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Erasure>, StoreError> {
    let begun = request::Entity::find()
        .filter(request::Column::ErasedAt.lt(before))
        .order_by_asc(request::Column::ErasedAt)
        .limit(limit);
    let rows = begun.all(connection).await?;
    let of_these = answer::Column::UserId.is_in(rows.iter().map(|row| row.user_id));
    with_answers(connection, rows, answer::Entity::find().filter(of_these)).await
}

async fn with_answers(
    connection: &impl Connection,
    rows: Vec<request::Model>,
    answers: Select<answer::Entity>,
) -> Result<Vec<Erasure>, StoreError> {
    let mut answered: HashMap<UserId, Vec<String>> = HashMap::new();
    for row in answers.all(connection).await? {
        answered.entry(row.user_id).or_default().push(row.service);
    }
    let erasures = rows.into_iter().map(|row| Erasure {
        user: row.user_id,
        due_at: row.due_at,
        erased_at: row.erased_at,
        answered: answered.remove(&row.user_id).unwrap_or_default(),
    });
    Ok(erasures.collect())
}
