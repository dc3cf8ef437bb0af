#![doc = include_str!("../README.md")]

mod hub;
mod telling;

pub use hub::{Hub, Seat};
pub use telling::{Audience, tell};
