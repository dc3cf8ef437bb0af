//! Roles: what somebody may do besides what everybody may.
//!
//! The truth is in the database. A token says which roles its owner had when it was issued; when they change, the
//! gateway refuses the tokens from before, and the next refresh gives one that says the new ones.

mod error;
pub(crate) mod graphql;
pub(crate) mod http;
mod model;
pub(crate) mod operator;
mod set;
mod store;

use std::collections::HashMap;

use ids::UserId;

pub(crate) use self::{
    error::SetRolesError,
    model::{Role, Roles},
    set::{SetRoles, set},
};
use crate::{
    erasures,
    store::{Connection, StoreError},
};

/// The roles that somebody has.
pub(crate) async fn of(connection: &impl Connection, user: UserId) -> Result<Roles, StoreError> {
    Ok(store::find(connection, user).await?.unwrap_or_default())
}

/// The same for a token that is issued: nobody changes them until the transaction ends, and whoever is just doing so goes first.
/// Otherwise a token of after the change could say the roles of before it.
pub(crate) async fn held(connection: &impl Connection, user: UserId) -> Result<Roles, StoreError> {
    Ok(store::lock(connection, user).await?.unwrap_or_default())
}

/// Whether `user` is an admin without whom there would be none: others don't count who are to be erased themselves. Who is one
/// stays so until the transaction ends.
pub(crate) async fn is_last_admin(connection: &impl Connection, user: UserId) -> Result<bool, StoreError> {
    let known = store::lock_with_admins(connection, user).await?;
    let is_admin = known.get(&user).is_some_and(|roles| roles.has(Role::Admin));
    Ok(is_admin && is_last(connection, &known, user).await?)
}

/// Whether none of the other admins among `known` stays.
async fn is_last(
    connection: &impl Connection,
    known: &HashMap<UserId, Roles>,
    user: UserId,
) -> Result<bool, StoreError> {
    let admins = known.iter().filter(|(_, roles)| roles.has(Role::Admin)).map(|(id, _)| *id);
    let others: Vec<UserId> = admins.filter(|admin| *admin != user).collect();
    let leaving = erasures::leaving(connection, &others).await?;
    Ok(others.iter().all(|other| leaving.contains(other)))
}
