//! The table of people.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use events::users::HugPolicy;
use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

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
        /// Which word of `users` the policy is.
        pub policy_seq: Option<i64>,
        pub username: Option<String>,
        pub display_name: Option<String>,
        /// Which word of `users` the names are; none when they are from elsewhere.
        pub names_seq: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

pub(crate) struct Person {
    /// `None` while only their settings are known.
    pub(crate) registered_at: Option<DateTime<Utc>>,
    /// `None` while they have set none.
    pub(crate) policy: Option<HugPolicy>,
}

/// What somebody is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) username: String,
    pub(crate) display_name: String,
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<Person>, DbErr> {
    let row = Entity::find_by_id(id).one(connection).await?;
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
    Entity::find_by_id(id).lock_exclusive().one(connection).await.map(|_| ())
}

pub(crate) async fn note_registration(
    connection: &impl ConnectionTrait,
    id: UserId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel { registered_at: Set(Some(at)), ..nobody(id) };
    let known = OnConflict::column(Column::Id).update_column(Column::RegisteredAt).to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(connection).await.map(|_| ())
}

/// Keeps the policy that `users` told as its word number `seq`, unless a later word of it is known.
pub(crate) async fn note_policy(
    connection: &impl ConnectionTrait,
    id: UserId,
    policy: &HugPolicy,
    seq: i64,
) -> Result<(), DbErr> {
    let json = serde_json::to_string(policy).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = entity::ActiveModel { hug_policy: Set(Some(json)), policy_seq: Set(Some(seq)), ..nobody(id) };
    let later = unless_later(Column::PolicySeq, &[Column::HugPolicy], seq);
    Entity::insert(row).on_conflict(later).exec_without_returning(connection).await.map(|_| ())
}

/// Keeps the names that `users` told as its word number `seq`, unless a later word of it is known.
pub(crate) async fn note_names(
    connection: &impl ConnectionTrait,
    id: UserId,
    names: Names,
    seq: i64,
) -> Result<(), DbErr> {
    let row = entity::ActiveModel {
        username: Set(Some(names.username)),
        display_name: Set(Some(names.display_name)),
        names_seq: Set(Some(seq)),
        ..nobody(id)
    };
    let later = unless_later(Column::NamesSeq, &[Column::Username, Column::DisplayName], seq);
    Entity::insert(row).on_conflict(later).exec_without_returning(connection).await.map(|_| ())
}

/// Names somebody who is here and has no names. What came in the meantime stays, and so does the absence of who is gone.
pub(crate) async fn name_if_unnamed(
    connection: &impl ConnectionTrait,
    id: UserId,
    names: &Names,
) -> Result<(), DbErr> {
    let unnamed = Entity::update_many()
        .col_expr(Column::Username, Expr::value(names.username.as_str()))
        .col_expr(Column::DisplayName, Expr::value(names.display_name.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Username.is_null());
    unnamed.exec(connection).await.map(|_| ())
}

/// The names of those of `people` who have some here.
pub(crate) async fn names_of(
    connection: &impl ConnectionTrait,
    people: &[UserId],
) -> Result<HashMap<UserId, Names>, DbErr> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let named = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Username, Column::DisplayName])
        .filter(Column::Id.is_in(people.iter().copied()))
        .filter(Column::Username.is_not_null());
    let rows: Vec<(UserId, String, String)> = named.into_tuple().all(connection).await?;
    let names = |(id, username, display_name)| (id, Names { username, display_name });
    Ok(rows.into_iter().map(names).collect())
}

/// Those who are here without names, by id and from after `after` on, at most `limit`; the index (id) of the nameless serves it.
pub(crate) async fn unnamed(
    connection: &impl ConnectionTrait,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, DbErr> {
    let mut unnamed = Entity::find().select_only().column(Column::Id).filter(Column::Username.is_null());
    if let Some(after) = after {
        unnamed = unnamed.filter(Column::Id.gt(after));
    }
    unnamed.order_by_asc(Column::Id).limit(limit).into_tuple().all(connection).await
}

/// Forgets that there was such a person.
pub(crate) async fn forget(connection: &impl ConnectionTrait, id: UserId) -> Result<(), DbErr> {
    Entity::delete_by_id(id).exec(connection).await.map(|_| ())
}

/// The row of somebody of whom nothing is known.
fn nobody(id: UserId) -> entity::ActiveModel {
    entity::ActiveModel {
        id: Set(id),
        registered_at: Set(None),
        hug_policy: Set(None),
        policy_seq: Set(None),
        username: Set(None),
        display_name: Set(None),
        names_seq: Set(None),
    }
}

/// Sets the columns of a row that is there, which are word number `seq` of `users`, unless they are of a later one.
fn unless_later(word: Column, columns: &[Column], seq: i64) -> OnConflict {
    let known = Expr::col((Entity, word));
    OnConflict::column(Column::Id)
        .update_columns(columns.iter().copied().chain([word]))
        .action_and_where(known.clone().is_null().or(known.lt(seq)))
        .to_owned()
}
