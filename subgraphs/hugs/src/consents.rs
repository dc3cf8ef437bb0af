//! Whose hugs somebody agreed to, and whose they would rather not have.
//!
//! A first hug goes by its recipient's policy. What the recipient does then is remembered: thanking for a hug, or hugging
//! back, makes the two known to each other; accepting or declining decides, until it is decided otherwise. Decisions about
//! anonymous hugs stand apart: were they the same, hugs under a name would tell who it was.

mod deciding;
mod error;
pub(crate) mod graphql;
mod store;

pub(crate) use deciding::{Whose, accept, decline};
pub(crate) use error::ConsentError;
pub(crate) use store::{Consent, find, forget, note_known, take_turn};
