#![doc = include_str!("../README.md")]

pub mod authenticate;
pub mod config;
pub mod documents;
pub mod engine;
pub mod headers;
mod health;
mod playground;
mod random;
pub mod revocation_feed;
pub mod server;
pub mod serving;
pub mod streams;
pub mod subgraphs;
mod trace;
pub mod uploads;

pub use server::{Gateway, GatewayError, GatewayOptions};
