//! The outbox, the relay and the inbox, on SQLite or, with `TEST_DATABASE=postgres`, on PostgreSQL.

mod consuming;
mod crashes;
mod mortal;
mod relaying;
mod telling;
mod world;
