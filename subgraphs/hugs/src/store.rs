//! What all stores of this subgraph share: the names of the database's parts.

pub(crate) use named::Named;
pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};
