//! Where somebody's days begin and end, for what doesn't say so itself: a projection of `users`' settings.

pub(crate) mod events;
pub(crate) mod store;
