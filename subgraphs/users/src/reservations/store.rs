//! Names on their way to becoming profiles.

use chrono::{DateTime, Utc};
use ids::UserId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use crate::store::{Connection, StoreError};

mod reservation {
    //! What `auth` will register.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "username_reservations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub username: String,
        pub display_name: String,
        pub reserved_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A name that waits for its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reservation {
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) reserved_at: DateTime<Utc>,
}

/// Stores the reservation in place of the user's former one.
pub(crate) async fn put(
    connection: &impl Connection,
    reservation: &Reservation,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use reservation::Column;
    let row = reservation::ActiveModel {
        user_id: Set(reservation.user_id),
        username: Set(reservation.username.clone()),
        display_name: Set(reservation.display_name.clone()),
        reserved_at: Set(reservation.reserved_at),
        expires_at: Set(expires_at),
    };
    let columns = [Column::Username, Column::DisplayName, Column::ReservedAt, Column::ExpiresAt];
    reservation::Entity::insert(row)
        .on_conflict(OnConflict::column(Column::UserId).update_columns(columns).to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub(crate) async fn find(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<Reservation>, StoreError> {
    let row = reservation::Entity::find_by_id(user).one(connection).await?;
    Ok(row.map(|row| Reservation {
        user_id: row.user_id,
        username: row.username,
        display_name: row.display_name,
        reserved_at: row.reserved_at,
    }))
}

pub(crate) async fn remove(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    reservation::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

pub(crate) async fn forget_expired(
    connection: &impl Connection,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let expired = reservation::Entity::delete_many().filter(reservation::Column::ExpiresAt.lte(now));
    expired.exec(connection).await.map(|_| ())
}
