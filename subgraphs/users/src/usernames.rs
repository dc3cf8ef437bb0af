//! Usernames: what they may look like, and whose they are.

mod model;
pub(crate) mod store;

pub(crate) use model::{Username, UsernameError};
