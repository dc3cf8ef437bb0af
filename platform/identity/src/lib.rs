#![doc = include_str!("../README.md")]

mod assertion;
mod caller;
mod middleware;

pub use assertion::{Assertion, AssertionError, AssertionSigner, AssertionVerifier, LIFETIME};
pub use caller::{Caller, Viewer};
pub use middleware::{Guard, require_assertion};

/// Carries the signed assertion.
pub const ASSERTION_HEADER: &str = "x-gateway-assertion";
/// Carries the id of the user in clear; must agree with the assertion.
pub const USER_ID_HEADER: &str = "x-user-id";
