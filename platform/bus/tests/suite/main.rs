//! One conformance suite, passed by every bus, and what only one of them has to show.

mod conformance;
mod memory;
mod nats;
mod nats_server;
mod world;
