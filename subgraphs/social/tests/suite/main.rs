//! What people can do to each other, asked as the gateway would ask.

mod behind;
mod blocking;
mod following;
mod lists;
mod people;
mod privacy;
mod races;
mod sequences;
