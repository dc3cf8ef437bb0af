#![doc = include_str!("../README.md")]

mod contribution;
pub mod graphql;
mod migrations;
mod page;
mod projection;
mod row;
mod store;
mod table;

pub use contribution::{Contribute, unmentioned};
pub use migrations::migrations;
pub use page::{Page, Place, page};
pub use projection::{Part, Projection, prepare, subjects};
pub use row::Row;
pub use store::{Condition, Reader, StoreError, forget, permits};
pub use table::{
    Column, LeftOut, Table, bare_id, day, decimal, flag, id, id_by, instant, json, number, text,
};
