#![doc = include_str!("../README.md")]

mod authorization;
mod endpoint;
mod failure;
mod live;
mod page;
mod refusal;
mod scalar;
mod schema;
mod undivided;

pub use authorization::{authenticated, requires_scopes, scope};
pub use endpoint::endpoint;
pub use failure::{Failure, parse_id};
pub use live::{Interrupted, breaking_off, resumable};
pub use page::{Connection, connection, page_request};
pub use refusal::{Refusal, UserError, settle};
pub use scalar::{Cursor, LocalDate, TimeZone};
pub use schema::{schema, sdl};
