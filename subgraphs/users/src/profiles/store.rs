//! Profiles and search terms in the database.

use std::collections::HashMap;

use database::keyset::{self, Shown};
use ids::UserId;
use pagination::PageRequest;
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
    sea_query::{Alias, Expr, ExprTrait as _, Query},
};

use crate::{
    profiles::{Found, Profile},
    store::{Connection, StoreError},
    usernames::Username,
};

mod profile {
    //! A person.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "profiles")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub username: String,
        pub display_name: String,
        pub bio: Option<String>,
        pub pronouns: Option<String>,
        pub joined_at: DateTimeUtc,
        pub renamed_at: Option<DateTimeUtc>,
        pub avatar_id: Option<ids::AvatarId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod search_term {
    //! What a search may begin with to find somebody.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_terms")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub term: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(connection: &impl Connection, user: UserId) -> Result<Option<Profile>, StoreError> {
    Ok(profile::Entity::find_by_id(user).one(connection).await?.map(of_row))
}

/// The same, and nobody else changes it until the transaction ends.
pub(crate) async fn find_for_update(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<Profile>, StoreError> {
    Ok(profile::Entity::find_by_id(user).lock_exclusive().one(connection).await?.map(of_row))
}

pub(crate) async fn find_by_ids(
    connection: &impl Connection,
    users: &[UserId],
) -> Result<HashMap<UserId, Profile>, StoreError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = profile::Column::UserId.is_in(users.iter().copied());
    let rows = profile::Entity::find().filter(wanted).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.user_id, of_row(row))).collect())
}

pub(crate) async fn find_by_usernames(
    connection: &impl Connection,
    names: &[Username],
) -> Result<Vec<Profile>, StoreError> {
    let wanted = profile::Column::Username.is_in(names.iter().map(Username::as_str));
    let rows = profile::Entity::find().filter(wanted).all(connection).await?;
    Ok(rows.into_iter().map(of_row).collect())
}

/// False when the user has a profile already.
pub(crate) async fn insert(connection: &impl Connection, profile: &Profile) -> Result<bool, StoreError> {
    let inserted = profile::Entity::insert(to_row(profile))
        .on_conflict_do_nothing_on([profile::Column::UserId])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

pub(crate) async fn update(connection: &impl Connection, profile: &Profile) -> Result<(), StoreError> {
    let changed = to_row(profile).reset_all();
    changed.update(connection).await.map(|_| ())
}

/// Makes the profile findable by what it holds now, and by nothing else.
pub(crate) async fn set_search_terms(
    connection: &impl Connection,
    profile: &Profile,
) -> Result<(), StoreError> {
    let user_id = profile.user_id;
    search_term::Entity::delete_many()
        .filter(search_term::Column::UserId.eq(user_id))
        .exec(connection)
        .await?;
    let terms = profile.search_terms().into_iter();
    let rows = terms.map(|term| search_term::ActiveModel { term: Set(term), user_id: Set(user_id) });
    search_term::Entity::insert_many(rows).exec_without_returning(connection).await.map(|_| ())
}

/// A page of those findable by `prefix`, and one more; of several terms of one person the first counts.
pub(crate) async fn search(
    connection: &impl Connection,
    viewer: UserId,
    prefix: &str,
    page: &PageRequest<Found>,
) -> Result<Vec<Found>, StoreError> {
    use search_term::{Column, Entity};
    let other = Alias::new("other");
    // Asked of each row by itself: as "there is no earlier one" PostgreSQL would join all of the table. No term is before the
    // first; of "it is the first" PostgreSQL would think that few rows are, and sort all of them.
    let first = Query::select()
        .expr(Expr::col((other.clone(), Column::Term)).min())
        .from_as(Entity, other.clone())
        .and_where(Expr::col((other.clone(), Column::UserId)).equals((Entity, Column::UserId)))
        .and_where(Expr::col((other, Column::Term)).gte(prefix))
        .take();
    // From where the page begins, or SQLite would begin at the prefix and pass over what is before the page.
    let from = page.after.as_ref().map_or(prefix, |after| Ord::max(prefix, after.term.as_str()));
    // The last code point stands for everything that can follow the prefix; no text that was accepted holds it.
    let select = Entity::find()
        .filter(Column::Term.gte(from))
        .filter(Column::Term.lt(format!("{prefix}\u{10FFFF}")))
        .filter(Expr::col((Entity, Column::Term)).lte(first))
        .filter(relationships::not_blocked_with(viewer, (Entity, Column::UserId)));
    let values = |key: &Found| vec![key.term.as_str().into(), key.user_id.into()];
    let select = keyset::page(select, page, Shown::OldestFirst, &[Column::Term, Column::UserId], values);
    let rows = select.all(connection).await?;
    Ok(rows.into_iter().map(|row| Found { term: row.term, user_id: row.user_id }).collect())
}

/// Forgets a profile, and by what it was found.
pub(crate) async fn remove(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let terms = search_term::Entity::delete_many().filter(search_term::Column::UserId.eq(user));
    terms.exec(connection).await?;
    profile::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

fn of_row(row: profile::Model) -> Profile {
    Profile {
        user_id: row.user_id,
        username: row.username,
        display_name: row.display_name,
        bio: row.bio,
        pronouns: row.pronouns,
        joined_at: row.joined_at,
        renamed_at: row.renamed_at,
        avatar_id: row.avatar_id,
    }
}

fn to_row(profile: &Profile) -> profile::ActiveModel {
    profile::ActiveModel {
        user_id: Set(profile.user_id),
        username: Set(profile.username.clone()),
        display_name: Set(profile.display_name.clone()),
        bio: Set(profile.bio.clone()),
        pronouns: Set(profile.pronouns.clone()),
        joined_at: Set(profile.joined_at),
        renamed_at: Set(profile.renamed_at),
        avatar_id: Set(profile.avatar_id),
    }
}
