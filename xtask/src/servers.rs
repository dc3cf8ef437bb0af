//! Servers of our own beside the product's processes.

mod nats;
mod postgres;

pub(crate) use nats::Nats;
pub(crate) use postgres::{Durability, Postgres};
