//! What can be said about the supergraph's life.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// How a supergraph is replaced while the gateway runs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SupergraphConfig {
    /// Whether the file given with `--supergraph` is watched and served anew when it changes; on by default. SIGHUP
    /// has it read again in any case.
    pub watch: bool,
    /// How often a watched file is looked at, in milliseconds; 1000 by default, at least 50.
    pub poll_interval_ms: u64,
    /// How many of the most used operations are planned on a new supergraph before it takes over; 200 by default,
    /// 0 for none.
    pub warm_up_operations: usize,
    /// How long that may take altogether, in milliseconds; 2000 by default.
    pub warm_up_budget_ms: u64,
}

impl Default for SupergraphConfig {
    fn default() -> Self {
        Self { watch: true, poll_interval_ms: 1_000, warm_up_operations: 200, warm_up_budget_ms: 2_000 }
    }
}

impl SupergraphConfig {
    pub(super) fn poll_interval(&self) -> Duration {
        Duration::from_millis(self.poll_interval_ms.max(50))
    }

    pub(super) fn warm_up_budget(&self) -> Duration {
        Duration::from_millis(self.warm_up_budget_ms)
    }
}
