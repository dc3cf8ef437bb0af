//! What happens to hugs, told to those concerned while it happens and replayed to those who were away.
//!
//! Each person and each group hug has a log in the database, numbered without holes by a counter that changes in the transaction of what
//! is told. A reader goes by the numbers; the hub only wakes it up.

mod error;
mod follow;
pub(crate) mod graphql;
mod hub;
mod listen;
mod model;
mod prune;
mod store;
mod telling;

pub(crate) use error::LiveError;
pub(crate) use follow::{LiveEvent, News, Stopped, follow, follow_group, present, present_of_group};
pub(crate) use hub::Hub;
pub(crate) use listen::listen;
pub(crate) use model::{Happening, Kind, Topic};
pub(crate) use prune::prune_until;
pub(crate) use store::{append, append_for_all, append_to_each, forget};
pub(crate) use telling::append_for_followers;
