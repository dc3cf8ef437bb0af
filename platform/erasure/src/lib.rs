#![doc = include_str!("../README.md")]

mod guard;
mod migration;
mod people;
mod projection;
mod store;

pub use guard::Guarded;
pub use migration::migrations;
pub use projection::{Erase, Projection, subjects};
pub use store::{any_erased, any_erased_in, erased_among, is_erased, mark_erased};
