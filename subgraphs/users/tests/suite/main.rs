//! What users does, as the gateway and auth see it.

mod avatars;
mod badges;
mod client;
mod exporting;
mod forgetting;
mod names;
mod presence;
mod presence_live;
mod privacy;
mod profiles;
mod reservations;
mod scale;
mod search;
mod settings;
mod usernames;
