//! Telling moderators who sent an anonymous hug, and noting that they asked.

mod disclosing;
mod error;
pub(crate) mod graphql;
mod record;
mod store;

pub(crate) use disclosing::{Disclosure, disclose};
pub(crate) use error::DisclosureError;
pub(crate) use record::{Entry, Position, RecordError, record};
pub(crate) use store::forget;
