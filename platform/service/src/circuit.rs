//! Leaving a service alone that is in trouble: how often it is asked again, and when not at all.

mod breaker;
mod retry;

pub use breaker::{Attempt, Breaker, BreakerState};
pub use retry::{RetryBudget, pause};
