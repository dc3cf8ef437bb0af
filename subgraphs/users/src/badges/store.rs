//! Awards in the database.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait, QueryFilter as _, QueryOrder as _};

use crate::store::{Connection, StoreError};

mod award {
    //! A badge that somebody has.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "awarded_badges")]
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

/// Nobody has one twice: the first award counts.
pub(super) async fn add(
    connection: &impl Connection,
    user: UserId,
    badge: &str,
    awarded_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row =
        award::ActiveModel { user_id: Set(user), badge: Set(badge.to_owned()), awarded_at: Set(awarded_at) };
    award::Entity::insert(row)
        .on_conflict_do_nothing_on([award::Column::UserId, award::Column::Badge])
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Who has been awarded which badge when, the first award first.
pub(super) async fn of(
    connection: &impl Connection,
    users: &[UserId],
) -> Result<Vec<(UserId, String, DateTime<Utc>)>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let of_users = award::Entity::find().filter(award::Column::UserId.is_in(users.iter().copied()));
    let in_order = of_users.order_by_asc(award::Column::AwardedAt).order_by_asc(award::Column::Badge);
    let rows = in_order.all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.badge, row.awarded_at)).collect())
}

pub(crate) async fn remove(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let of_user = award::Entity::delete_many().filter(award::Column::UserId.eq(user));
    of_user.exec(connection).await.map(|_| ())
}
