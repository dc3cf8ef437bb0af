//! What auth does, as the gateway sees it.

mod account_exports;
mod accounts;
mod client;
mod erasures;
mod keys;
mod login;
mod refreshing;
mod registration;
mod roles;
mod scale;
