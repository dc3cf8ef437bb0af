//! Buckets in the database.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict},
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
    // The row that is there, as against the one that would be.
    let empty_at = Expr::col((bucket::Entity, Column::EmptyAt));
    let fits = empty_at.clone().lte(latest - step);
    let poured = CaseStatement::new()
        .case(empty_at.clone().gt(now), empty_at.add(step))
        .finally(Expr::val(now + step));
    let pour =
        OnConflict::column(Column::Key).value(Column::EmptyAt, poured).action_and_where(fits).to_owned();
    let poured = bucket::Entity::insert(row).on_conflict(pour).exec_without_returning(connection).await?;
    Ok(poured == 1)
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
