#![doc = include_str!("../README.md")]

mod data_folder;
mod dead_letters;
mod demo;
mod operating;
mod product;
mod schemas;

pub use data_folder::{DataFolder, DataFolderError};
pub use dead_letters::operate_on_events;
pub use demo::{DEMO_PASSWORD, DemoError, seed};
pub use operating::operate_on_accounts;
pub use product::{Product, ProductOptions};
pub use schemas::{schemas, write_schemas};
