//! Usernames: what they may look like, and whose they are.

mod availability;
pub(crate) mod graphql;
mod model;
pub(crate) mod store;

pub(crate) use self::{
    availability::{Availability, availability},
    model::{Username, UsernameError},
};
