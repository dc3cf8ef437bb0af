//! The gateway over real sockets, with small subgraphs of its own.

mod authentication;
mod authorization;
mod batching;
mod client;
mod clients;
mod deduplication;
mod documents;
mod engine;
mod event_stream;
mod fixture;
mod forwarding;
mod graphql_over_http;
mod hostile_sockets;
mod legacy_websocket;
mod multipart;
mod playground;
mod process;
mod reserved_streams;
mod resilience;
mod revocation_feed;
mod serving;
mod streams;
mod token_renewal;
mod traces;
mod uploads;
mod websocket;
