//! A person as moods knows them: an id, and what hangs on it here.

pub(crate) mod graphql;
