//! What hugs does, asked over its router.

mod anonymous;
mod consents;
mod erasing;
mod exporting;
mod federation;
mod group_hugs;
mod history;
mod hug_types;
mod limits;
mod live;
mod names;
mod processes;
mod progress;
mod races;
mod requests;
mod returning;
mod scale;
mod sending;
mod timekeeping;
mod world;
