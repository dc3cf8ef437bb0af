//! Buckets in the database.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, TryInsertResult,
    sea_query::{CaseStatement, Expr, ExprTrait as _},
};

mod bucket {
    //! When a bucket is empty again, in milliseconds since 1970.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "throttles")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub empty_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Pours one measure of `step` into a bucket that is full when it would be empty later than `latest`; false when it
/// doesn't fit. One statement decides, so that many at once count as many.
pub(crate) async fn pour(
    connection: &impl ConnectionTrait,
    key: &str,
    now: i64,
    step: i64,
    latest: i64,
) -> Result<bool, DbErr> {
    use bucket::Column;
    let row = bucket::ActiveModel { key: Set(key.to_owned()), empty_at: Set(now + step) };
    let inserted = bucket::Entity::insert(row)
        .on_conflict_do_nothing_on([Column::Key])
        .exec_without_returning(connection)
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(true);
    }
    let empty_at = Expr::col(Column::EmptyAt);
    let poured = CaseStatement::new()
        .case(empty_at.clone().gt(now), empty_at.add(step))
        .finally(Expr::val(now + step));
    let fits = bucket::Entity::update_many()
        .col_expr(Column::EmptyAt, poured.into())
        .filter(Column::Key.eq(key))
        .filter(Column::EmptyAt.lte(latest - step))
        .exec(connection)
        .await?;
    Ok(fits.rows_affected == 1)
}

/// When the bucket is empty again, if there is one.
pub(crate) async fn empty_at(connection: &impl ConnectionTrait, key: &str) -> Result<Option<i64>, DbErr> {
    let bucket = bucket::Entity::find_by_id(key.to_owned()).one(connection).await?;
    Ok(bucket.map(|bucket| bucket.empty_at))
}

pub(crate) async fn remove(connection: &impl ConnectionTrait, key: &str) -> Result<(), DbErr> {
    bucket::Entity::delete_by_id(key.to_owned()).exec(connection).await.map(|_| ())
}

pub(crate) async fn remove_empty(connection: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let empty = bucket::Entity::delete_many().filter(bucket::Column::EmptyAt.lte(now));
    empty.exec(connection).await.map(|_| ())
}
