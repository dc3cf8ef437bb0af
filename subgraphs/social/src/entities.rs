//! The rows of this subgraph's tables.

pub(crate) mod block;
pub(crate) mod follow;
pub(crate) mod pair;
pub(crate) mod person;
