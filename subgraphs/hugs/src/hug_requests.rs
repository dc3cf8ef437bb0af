//! Asking for a hug, and answering.

mod answering;
mod error;
pub(crate) mod graphql;
mod model;
mod posting;
mod reading;
mod store;

pub(crate) use answering::{AnswerHugRequest, answer};
pub(crate) use error::HugRequestError;
pub(crate) use model::{Audience, HugRequest, HugRequestPosition, HugRequestStatus, Scope, Urgency};
pub(crate) use posting::{CreateHugRequest, close, create, parse_targets};
pub(crate) use reading::{answers, page, targets, visible, visible_one};
