//! Which pictures are to be deleted, in the database.

use chrono::{DateTime, Utc};
use ids::AvatarId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};

use crate::store::{Connection, StoreError};

/// How many are deleted in one go.
pub(super) const BATCH: u64 = 100;

mod discarded {
    //! A picture that is nobody's.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "discarded_avatars")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub avatar_id: ids::AvatarId,
        pub delete_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The picture is to be deleted then.
pub(super) async fn discard(
    connection: &impl Connection,
    avatar: AvatarId,
    delete_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = discarded::ActiveModel { avatar_id: Set(avatar), delete_at: Set(delete_at) };
    let again =
        OnConflict::column(discarded::Column::AvatarId).update_column(discarded::Column::DeleteAt).to_owned();
    discarded::Entity::insert(row).on_conflict(again).exec_without_returning(connection).await.map(|_| ())
}

/// The picture needs no deleting: it is somebody's, or is deleted.
pub(super) async fn take_up(connection: &impl Connection, avatar: AvatarId) -> Result<(), StoreError> {
    discarded::Entity::delete_by_id(avatar).exec(connection).await.map(|_| ())
}

/// The picture is to be deleted then, if it still is.
pub(super) async fn put_off(
    connection: &impl Connection,
    avatar: AvatarId,
    delete_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    discarded::Entity::update_many()
        .col_expr(discarded::Column::DeleteAt, Expr::value(delete_at))
        .filter(discarded::Column::AvatarId.eq(avatar))
        .exec(connection)
        .await
        .map(|_| ())
}

/// Some of the pictures to delete by now, those that wait for longest.
pub(super) async fn due(
    connection: &impl Connection,
    now: DateTime<Utc>,
) -> Result<Vec<AvatarId>, StoreError> {
    let due = discarded::Entity::find().filter(discarded::Column::DeleteAt.lte(now));
    let due = due.order_by_asc(discarded::Column::DeleteAt).limit(BATCH);
    Ok(due.all(connection).await?.into_iter().map(|row| row.avatar_id).collect())
}
