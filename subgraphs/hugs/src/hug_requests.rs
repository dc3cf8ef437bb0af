//! Asking for a hug, and answering.

mod answering;
mod declining;
mod error;
mod expiring;
pub(crate) mod graphql;
mod model;
mod posting;
mod reading;
mod store;

pub(crate) use answering::{AnswerHugRequest, answer};
pub(crate) use declining::decline;
pub(crate) use error::HugRequestError;
pub(crate) use expiring::expire;
pub(crate) use model::{Audience, HugRequest, HugRequestPosition, HugRequestStatus, Scope, Urgency};
pub(crate) use posting::{CreateHugRequest, close, create, parse_targets};
pub(crate) use reading::{answers, declines, page, targets, visible, visible_one};
pub(crate) use store::{Declines, forget};
