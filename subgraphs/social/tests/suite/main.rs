//! What people can do to each other, asked as the gateway would ask.

mod anonymous;
mod behind;
mod blocking;
mod consent;
mod crossing;
mod erasing;
mod exporting;
mod failing;
mod feeds;
mod following;
mod limits;
mod lists;
mod moderating;
mod muting;
mod omitted;
mod people;
mod posts;
mod privacy;
mod races;
mod reacting;
mod scale;
mod sequences;
mod sharing;
mod suggesting;
mod walk;
