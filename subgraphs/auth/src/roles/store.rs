//! Roles in the database: a part of the account's row.

use std::collections::HashMap;

use ids::UserId;
use sea_orm::{
    ColumnTrait as _, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use crate::{
    roles::{Role, Roles},
    store::{Connection, StoreError},
};

mod account {
    //! What of an account has to do with roles.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub email_key: String,
        pub roles: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn find(connection: &impl Connection, user: UserId) -> Result<Option<Roles>, StoreError> {
    let row = account::Entity::find_by_id(user).one(connection).await?;
    Ok(row.map(|row| Roles::of_text(&row.roles)))
}

/// The same, and nobody changes them until the transaction ends.
pub(super) async fn lock(connection: &impl Connection, user: UserId) -> Result<Option<Roles>, StoreError> {
    let row = account::Entity::find_by_id(user).lock_shared().one(connection).await?;
    Ok(row.map(|row| Roles::of_text(&row.roles)))
}

/// The roles of the user and of every admin; nobody else changes them until the transaction ends. Who becomes one meanwhile may
/// not be among them.
pub(super) async fn lock_with_admins(
    connection: &impl Connection,
    user: UserId,
) -> Result<HashMap<UserId, Roles>, StoreError> {
    // Few have any role, and those are indexed; written without a parameter, so that the index serves.
    let admins = account::Entity::find()
        .select_only()
        .column(account::Column::UserId)
        .filter(Expr::cust("\"accounts\".\"roles\" > ''"))
        .filter(account::Column::Roles.contains(Role::Admin.name()));
    let mut wanted: Vec<UserId> = admins.into_tuple().all(connection).await?;
    wanted.push(user);
    let rows = account::Entity::find()
        .filter(account::Column::UserId.is_in(wanted))
        .order_by_asc(account::Column::UserId)
        .lock_exclusive()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, Roles::of_text(&row.roles))).collect())
}

/// Whose account has this address, with their roles; nobody else changes them until the transaction ends.
pub(super) async fn lock_by_email(
    connection: &impl Connection,
    email_key: &str,
) -> Result<Option<(UserId, Roles)>, StoreError> {
    let of_address = account::Entity::find().filter(account::Column::EmailKey.eq(email_key));
    let row = of_address.lock_exclusive().one(connection).await?;
    Ok(row.map(|row| (row.user_id, Roles::of_text(&row.roles))))
}

pub(super) async fn set(connection: &impl Connection, user: UserId, roles: &Roles) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::Roles, Expr::value(roles.to_text()))
        .filter(account::Column::UserId.eq(user))
        .exec(connection)
        .await
        .map(|_| ())
}
