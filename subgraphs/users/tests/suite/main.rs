//! What users does, as the gateway and auth see it.

mod client;
mod presence;
mod privacy;
mod profiles;
mod reservations;
mod search;
mod settings;
