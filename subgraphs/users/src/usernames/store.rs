//! Whose each name is. A claim is on a name's look, so that no two names can be mistaken for each other.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TryInsertResult, sea_query::Expr};

use crate::{
    store::{Connection, StoreError},
    usernames::Username,
};

mod claim {
    //! A name that is somebody's: for good, or until it is free again.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "username_claims")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub skeleton: String,
        pub user_id: ids::UserId,
        pub free_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Makes `name` the user's until `free_at`, or for good; false when it is somebody else's. Of two who claim one name
/// at once, one waits for the other.
pub(crate) async fn claim(
    connection: &impl Connection,
    name: &Username,
    user: UserId,
    free_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let skeleton = name.skeleton();
    claim::Entity::delete_many()
        .filter(claim::Column::Skeleton.eq(&skeleton))
        .filter(claim::Column::FreeAt.lte(now))
        .exec(connection)
        .await?;
    let row =
        claim::ActiveModel { skeleton: Set(skeleton.clone()), user_id: Set(user), free_at: Set(free_at) };
    let inserted = claim::Entity::insert(row)
        .on_conflict_do_nothing_on([claim::Column::Skeleton])
        .exec_without_returning(connection)
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(true);
    }
    let kept = claim::Entity::update_many()
        .col_expr(claim::Column::FreeAt, Expr::value(free_at))
        .filter(claim::Column::Skeleton.eq(&skeleton))
        .filter(claim::Column::UserId.eq(user))
        .exec(connection)
        .await?;
    Ok(kept.rows_affected == 1)
}

/// Whose a name is now, if it is anybody's.
pub(crate) async fn holder(
    connection: &impl Connection,
    name: &Username,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, StoreError> {
    let claim = claim::Entity::find_by_id(name.skeleton()).one(connection).await?;
    Ok(claim.filter(|claim| claim.free_at.is_none_or(|free_at| free_at > now)).map(|claim| claim.user_id))
}

/// Forgets whose names were that are free by now.
pub(crate) async fn forget_free(connection: &impl Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let free = claim::Entity::delete_many().filter(claim::Column::FreeAt.lte(now));
    free.exec(connection).await.map(|_| ())
}

/// Lets all names of somebody go at once.
pub(crate) async fn remove(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let of_user = claim::Entity::delete_many().filter(claim::Column::UserId.eq(user));
    of_user.exec(connection).await.map(|_| ())
}
