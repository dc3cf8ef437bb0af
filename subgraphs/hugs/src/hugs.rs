//! Sending hugs, what becomes of them, and their history.

mod error;
pub(crate) mod graphql;
mod history;
mod limits;
mod model;
mod progress;
mod reading;
mod sending;
pub(crate) mod stats;
mod store;

pub(crate) use error::HugError;
pub(crate) use history::history;
pub(crate) use limits::check as check_limits;
pub(crate) use model::{Hug, HugPosition, HugStatus, Listed};
pub(crate) use progress::{cancel, mark_seen, thank};
pub(crate) use reading::{visible, visible_one};
pub(crate) use sending::{SendHug, deliver, send};
pub(crate) use store::{Answers, answer_of, answers};
