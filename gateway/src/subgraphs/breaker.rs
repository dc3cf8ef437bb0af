//! When a subgraph's circuit opens, and for how long.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use service::circuit::Breaker;

/// When the circuit opens and for how long.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerConfig {
    /// Failures in a row that open the circuit; 0 turns the breaker off.
    pub failures: u32,
    /// How long an open circuit refuses before it lets one request through.
    pub open_ms: u64,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, open_ms: 1_000 }
    }
}

impl BreakerConfig {
    pub(super) fn breaker(self) -> Breaker {
        Breaker::new(self.failures, Duration::from_millis(self.open_ms))
    }
}
