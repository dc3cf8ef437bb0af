//! What hugs does, asked over its router.

mod federation;
mod history;
mod live;
mod processes;
mod progress;
mod requests;
mod sending;
mod world;
