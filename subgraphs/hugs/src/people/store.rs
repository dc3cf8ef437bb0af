//! The table of people.

use chrono::{DateTime, Utc};
use events::users::HugPolicy;
use ids::UserId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, QuerySelect, sea_query::OnConflict};

mod entity {
    //! A row for each person who was told of.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ids::UserId,
        pub registered_at: Option<DateTimeUtc>,
        /// As JSON.
        pub hug_policy: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) struct Person {
    /// `None` while only their settings are known.
    pub(crate) registered_at: Option<DateTime<Utc>>,
    /// `None` while they have set none.
    pub(crate) policy: Option<HugPolicy>,
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<Person>, DbErr> {
    let row = entity::Entity::find_by_id(id).one(connection).await?;
    row.map(person).transpose()
}

fn person(row: entity::Model) -> Result<Person, DbErr> {
    let policy = row.hug_policy.map(|json| serde_json::from_str(&json)).transpose();
    Ok(Person {
        registered_at: row.registered_at,
        policy: policy.map_err(|error| DbErr::Json(error.to_string()))?,
    })
}

/// Lets one transaction at a time go on with `id`, so that what it counts of theirs stays as counted.
pub(crate) async fn take_turn(connection: &impl ConnectionTrait, id: UserId) -> Result<(), DbErr> {
    entity::Entity::find_by_id(id).lock_exclusive().one(connection).await.map(|_| ())
}

pub(crate) async fn note_registration(
    connection: &impl ConnectionTrait,
    id: UserId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel { id: Set(id), registered_at: Set(Some(at)), hug_policy: Set(None) };
    upsert(connection, row, entity::Column::RegisteredAt).await
}

pub(crate) async fn note_policy(
    connection: &impl ConnectionTrait,
    id: UserId,
    policy: &HugPolicy,
) -> Result<(), DbErr> {
    let json = serde_json::to_string(policy).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = entity::ActiveModel { id: Set(id), registered_at: Set(None), hug_policy: Set(Some(json)) };
    upsert(connection, row, entity::Column::HugPolicy).await
}

/// Forgets that there was such a person.
pub(crate) async fn forget(connection: &impl ConnectionTrait, id: UserId) -> Result<(), DbErr> {
    entity::Entity::delete_by_id(id).exec(connection).await.map(|_| ())
}

/// Inserts the row, or sets the one column where there is a row.
async fn upsert(
    connection: &impl ConnectionTrait,
    row: entity::ActiveModel,
    column: entity::Column,
) -> Result<(), DbErr> {
    let known = OnConflict::column(entity::Column::Id).update_column(column).to_owned();
    entity::Entity::insert(row).on_conflict(known).exec_without_returning(connection).await.map(|_| ())
}
