//! Accounts in the database.

use ids::UserId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect as _, TryInsertResult,
    sea_query::Expr,
};

use crate::{
    accounts::Account,
    roles::Roles,
    store::{Connection, StoreError},
};

mod account {
    //! Somebody who may log in.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub email: String,
        pub email_key: String,
        pub email_verified_at: Option<DateTimeUtc>,
        pub password_hash: String,
        pub created_at: DateTimeUtc,
        pub roles: String,
    }

    impl std::fmt::Debug for Model {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.debug_struct("Model").field("user_id", &self.user_id).finish_non_exhaustive()
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a password is compared with.
pub(crate) struct Credentials {
    pub(crate) user: UserId,
    pub(crate) password_hash: String,
}

/// False when there is an account with that address already.
pub(crate) async fn insert(
    connection: &impl Connection,
    account: &Account,
    email_key: &str,
    password_hash: String,
) -> Result<bool, StoreError> {
    let row = account::ActiveModel {
        user_id: Set(account.user),
        email: Set(account.email.clone()),
        email_key: Set(email_key.to_owned()),
        email_verified_at: Set(account.email_verified_at),
        password_hash: Set(password_hash),
        created_at: Set(account.created_at),
        roles: Set(account.roles.to_text()),
    };
    let inserted = account::Entity::insert(row)
        .on_conflict_do_nothing_on([account::Column::EmailKey])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

pub(crate) async fn email_is_taken(connection: &impl Connection, key: &str) -> Result<bool, StoreError> {
    let taken = account::Entity::find().filter(account::Column::EmailKey.eq(key));
    Ok(taken.limit(1).one(connection).await?.is_some())
}

pub(crate) async fn find(connection: &impl Connection, user: UserId) -> Result<Option<Account>, StoreError> {
    let row = account::Entity::find_by_id(user).one(connection).await?;
    Ok(row.map(|row| Account {
        user: row.user_id,
        email: row.email,
        email_verified_at: row.email_verified_at,
        created_at: row.created_at,
        roles: Roles::of_text(&row.roles),
    }))
}

pub(crate) async fn credentials(
    connection: &impl Connection,
    email_key: &str,
) -> Result<Option<Credentials>, StoreError> {
    let row = account::Entity::find().filter(account::Column::EmailKey.eq(email_key)).one(connection).await?;
    Ok(row.map(|row| Credentials { user: row.user_id, password_hash: row.password_hash }))
}

/// The same of somebody who is known, with the key of their address.
pub(crate) async fn credentials_of(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<(String, Credentials)>, StoreError> {
    let row = account::Entity::find_by_id(user).one(connection).await?;
    Ok(row.map(|row| {
        let credentials = Credentials { user: row.user_id, password_hash: row.password_hash };
        (row.email_key, credentials)
    }))
}

pub(crate) async fn delete(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    account::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

/// Puts a new hash in place of the one that was compared with, unless the password has changed since.
pub(crate) async fn replace_hash(
    connection: &impl Connection,
    compared: &Credentials,
    hash: String,
) -> Result<(), StoreError> {
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash))
        .filter(account::Column::UserId.eq(compared.user))
        .filter(account::Column::PasswordHash.eq(&compared.password_hash))
        .exec(connection)
        .await
        .map(|_| ())
}
