//! Telling moderators who sent an anonymous hug, and noting that they asked.

mod disclosing;
mod error;
pub(crate) mod graphql;
mod store;

pub(crate) use disclosing::{Disclosure, disclose};
pub(crate) use error::DisclosureError;
pub(crate) use store::forget;
