//! Forgetting people, on SQLite or, with `TEST_DATABASE=postgres`, on PostgreSQL.

mod forgetting;
mod guarding;
mod world;
