#![doc = include_str!("../README.md")]

mod app;
mod client;
mod collector;
mod crowd;
mod database;
mod deadline;
mod exported;
mod lists;
mod port;
mod recorder;
mod residue;
mod statements;

pub use app::{Builder, DATA_KEYS, TestApp};
pub use client::{Client, EventStream};
pub use collector::{CollectedSpan, Collector};
pub use crowd::{fill, fill_all};
pub use database::TestDatabase;
pub use deadline::{DEADLINE, eventually};
pub use exported::{Part, lines_of, of_type};
pub use lists::{List, connection_fields};
pub use port::free_port;
pub use residue::{columns_of, residue_of};
pub use statements::{FullScan, StatementLog, Statements, Watch, assert_no_full_scan, full_scans};
