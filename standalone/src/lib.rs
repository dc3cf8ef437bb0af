#![doc = include_str!("../README.md")]

mod data_folder;
mod demo;
mod product;
mod schemas;

pub use data_folder::{DataFolder, DataFolderError};
pub use demo::{DEMO_PASSWORD, DemoError, seed};
pub use product::{Product, ProductOptions};
pub use schemas::{schemas, write_schemas};
