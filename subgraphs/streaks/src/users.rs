//! People, and what streaks adds to them.

pub(crate) mod graphql;
