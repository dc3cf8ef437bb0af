//! The kinds of hug there are.

mod administering;
mod error;
pub(crate) mod graphql;
mod model;
mod store;

pub(crate) use administering::{CreateHugType, UpdateHugType, create, retire, update};
pub(crate) use error::HugTypeError;
pub(crate) use model::HugType;
pub(crate) use store::{active, all, all_active, find_many};
