//! What hugs does, asked over its router.

mod federation;
mod group_hugs;
mod history;
mod live;
mod processes;
mod progress;
mod requests;
mod sending;
mod world;
