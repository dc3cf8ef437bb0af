#![doc = include_str!("../README.md")]

pub mod auth;
pub mod users;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Something that one service asks of another: JSON, posted to a path.
pub trait Question: Serialize + DeserializeOwned + Send + Sync {
    type Answer: Serialize + DeserializeOwned + Send;

    /// Who answers.
    const SERVICE: &'static str;
    const PATH: &'static str;
    /// Asking twice does no more than asking once, so it may be asked again when no answer comes.
    const REPEATABLE: bool;
}

/// Why a question was understood and refused, in the words of an error for users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    /// The part of the input that is to blame, from `input` down.
    pub path: Vec<String>,
}
