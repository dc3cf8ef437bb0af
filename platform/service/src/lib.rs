#![doc = include_str!("../README.md")]

mod body_limit;
mod chassis;
pub mod circuit;
mod context;
mod dead_letters;
mod edge;
mod files;
mod health;
mod operator;
mod peers;
mod process;
mod repeating;
mod secret;
mod server;
mod settings;
mod tidying;
mod trace;
pub mod transport;

pub use chassis::{Assembly, Consumer, Foundation, Running, Subgraph, Task};
pub use context::{Ctx, Unauthenticated};
pub use dead_letters::EventsVerb;
pub use edge::serve_clients;
pub use files::Files;
pub use operator::OperatorCommand;
pub use peers::{PeerError, PeerHealth, Peers};
pub use process::run;
pub use repeating::repeat;
pub use secret::Secret;
pub use server::{BindError, bind, serve, stop_signal};
pub use settings::{Settings, SettingsError};
pub use transport::Transport;
