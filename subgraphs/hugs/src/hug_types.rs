//! The kinds of hug there are.

pub(crate) mod graphql;
mod model;
mod store;

pub(crate) use model::HugType;
pub(crate) use store::{active, all_active, find_many};
