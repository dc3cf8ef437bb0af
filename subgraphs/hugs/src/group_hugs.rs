//! Hugs of several people at once: made, joined, held and over.
//!
//! Whoever changes a group hug locks its row first, so that its changes, its log and its events have one order.

mod creating;
mod erasing;
mod error;
pub(crate) mod graphql;
mod inviting;
mod joining;
mod model;
mod reading;
mod steering;
mod store;
mod timekeeping;

pub(crate) use creating::{CreateGroupHug, create};
pub(crate) use erasing::erase;
pub(crate) use error::GroupHugError;
pub(crate) use inviting::{invite, parse_invitees};
pub(crate) use joining::{join, leave};
pub(crate) use model::{GroupHug, GroupHugPosition, GroupHugState, Listed, Scope};
pub(crate) use reading::{has_ended, hidden, invitees, page, participants, visible, visible_one};
pub(crate) use steering::{Step, steer};
pub(crate) use store::count_completed;
pub(crate) use timekeeping::keep_time;
