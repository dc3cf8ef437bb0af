//! What hugs and requests have in common, for others to build on.

pub(crate) mod graphql;
