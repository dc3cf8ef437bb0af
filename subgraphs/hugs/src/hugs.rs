//! Sending hugs, what becomes of them, and their history.

mod error;
pub(crate) mod graphql;
mod history;
mod limits;
mod model;
mod progress;
mod reading;
mod returning;
mod sending;
pub(crate) mod stats;
mod store;

pub(crate) use error::HugError;
pub(crate) use history::{HistoryFilter, history, received_instants};
pub(crate) use limits::{Sending, check as check_limits};
pub(crate) use model::{Hug, HugPosition, HugStatus, Listed, SeenHug};
pub(crate) use progress::{cancel, mark_seen, thank};
pub(crate) use reading::{returns_of, visible, visible_one};
pub(crate) use returning::{ReturnHug, return_hug};
pub(crate) use sending::{SendHug, deliver, send};
pub(crate) use store::{
    Answers, answer_of, answers, drop_from, drop_one, forget, is_party, let_in_from, let_in_one, parties,
    sender_of_received,
};
