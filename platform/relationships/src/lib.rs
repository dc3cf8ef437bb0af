#![doc = include_str!("../README.md")]

mod migration;
mod projection;
mod store;

pub use migration::migrations;
pub use projection::{Projection, subjects};
pub use store::{
    blocked_pair, followed_among, followers, followers_among, follows, follows_shown, forget, hidden_from,
    hidden_people, not_blocked_with,
};
