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

use ids::UserId;

pub(crate) use self::{
    error::SetRolesError,
    model::{Role, Roles},
    set::{SetRoles, set},
};
use crate::store::{Connection, StoreError};

/// The roles that somebody has.
pub(crate) async fn of(connection: &impl Connection, user: UserId) -> Result<Roles, StoreError> {
    Ok(store::find(connection, user).await?.unwrap_or_default())
}
