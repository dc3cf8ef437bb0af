//! Key pairs in the database.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder as _, TryInsertResult,
    sea_query::Expr,
};

use crate::{
    access_tokens::keys::StoredKey,
    store::{Connection, StoreError},
};

mod key {
    //! A key pair.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key_id: ids::SigningKeyId,
        pub generation: i32,
        pub private_key: String,
        pub created_at: DateTimeUtc,
        pub signs_from: DateTimeUtc,
        pub published_until: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest key that signs already.
pub(crate) async fn signing(
    connection: &impl Connection,
    now: DateTime<Utc>,
) -> Result<Option<StoredKey>, StoreError> {
    let signing = key::Entity::find().filter(key::Column::SignsFrom.lte(now));
    let row = signing.order_by_desc(key::Column::Generation).one(connection).await?;
    Ok(row.map(of_row))
}

pub(crate) async fn newest(connection: &impl Connection) -> Result<Option<StoredKey>, StoreError> {
    let row = key::Entity::find().order_by_desc(key::Column::Generation).one(connection).await?;
    Ok(row.map(of_row))
}

pub(crate) async fn published(
    connection: &impl Connection,
    now: DateTime<Utc>,
) -> Result<Vec<StoredKey>, StoreError> {
    let for_good = key::Column::PublishedUntil.is_null();
    let still = key::Column::PublishedUntil.gt(now);
    let published = key::Entity::find().filter(Condition::any().add(for_good).add(still));
    let rows = published.order_by_desc(key::Column::Generation).all(connection).await?;
    Ok(rows.into_iter().map(of_row).collect())
}

/// False when another process was faster.
pub(crate) async fn insert(connection: &impl Connection, key: &StoredKey) -> Result<bool, StoreError> {
    let row = key::ActiveModel {
        key_id: Set(key.id),
        generation: Set(key.generation),
        private_key: Set(key.private_key.clone()),
        created_at: Set(key.created_at),
        signs_from: Set(key.signs_from),
        published_until: Set(key.published_until),
    };
    let inserted = key::Entity::insert(row)
        .on_conflict_do_nothing_on([key::Column::Generation])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// Ends the publishing of all keys before `generation`, where no end is set yet.
pub(crate) async fn retire_before(
    connection: &impl Connection,
    generation: i32,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    key::Entity::update_many()
        .col_expr(key::Column::PublishedUntil, Expr::value(until))
        .filter(key::Column::Generation.lt(generation))
        .filter(key::Column::PublishedUntil.is_null())
        .exec(connection)
        .await
        .map(|_| ())
}

pub(crate) async fn forget_unpublished(
    connection: &impl Connection,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let old = key::Entity::delete_many().filter(key::Column::PublishedUntil.lte(now));
    old.exec(connection).await.map(|_| ())
}

fn of_row(row: key::Model) -> StoredKey {
    StoredKey {
        id: row.key_id,
        generation: row.generation,
        private_key: row.private_key,
        created_at: row.created_at,
        signs_from: row.signs_from,
        published_until: row.published_until,
    }
}
