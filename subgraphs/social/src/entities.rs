//! The rows of this subgraph's tables.

pub(crate) mod audit_entry;
pub(crate) mod badge;
pub(crate) mod block;
pub(crate) mod dismissal;
pub(crate) mod follow;
pub(crate) mod follow_request;
pub(crate) mod moment;
pub(crate) mod moment_person;
pub(crate) mod mood;
pub(crate) mod mute;
pub(crate) mod pair;
pub(crate) mod person;
pub(crate) mod post;
pub(crate) mod reaction;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod streak;
