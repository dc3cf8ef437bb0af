#![doc = include_str!("../README.md")]

mod contract;
mod delivery;
mod fanout;
pub mod memory;
pub mod nats;
mod recent;
mod subject;

pub use contract::{Archive, Behind, Bus, BusError, Consumption, Group, Handler, HandlerError, Signal};
pub use delivery::Redelivery;
/// What is carried.
pub use events::Envelope;
pub use recent::Recent;
