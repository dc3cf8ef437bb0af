#![doc = include_str!("../README.md")]

mod contract;
mod delivery;
mod fanout;
pub mod memory;
pub mod nats;
mod recent;
mod subject;

pub use contract::{Behind, Bus, BusError, Consumption, Group, Handler, HandlerError, Signal};
pub use delivery::Redelivery;
