//! What can be said about live streams.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// How subscriptions are shared, buffered and taken up again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionsConfig {
    /// Whether clients that ask for the same with the same identity get one upstream subscription between them. Who
    /// joins gets what happens from then on; turn it off where streams begin with a picture of what is.
    pub share: bool,
    /// How many events may wait for one client.
    pub buffer_events: usize,
    /// How many bytes of events may wait for one client. A single event may be larger.
    pub buffer_bytes: usize,
    /// How long those who share a stream wait for one whose buffer is full, before it has to leave them.
    pub patience_ms: u64,
    /// How a resumable stream is taken up again when its subgraph breaks it off.
    pub resume: ResumeConfig,
}

/// How long a broken upstream is asked again, while its clients wait with their connections open.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResumeConfig {
    /// The pause before the first attempt, which doubles with each further one. Each pause is shortened by chance, by
    /// up to a half.
    pub first_pause_ms: u64,
    /// The longest pause between two attempts.
    pub max_pause_ms: u64,
    /// How long a stream without an upstream is kept before it ends with an error.
    pub max_elapsed_ms: u64,
}

impl Default for ResumeConfig {
    fn default() -> Self {
        Self { first_pause_ms: 50, max_pause_ms: 2_000, max_elapsed_ms: 120_000 }
    }
}

impl Default for SubscriptionsConfig {
    fn default() -> Self {
        Self {
            share: true,
            buffer_events: 256,
            buffer_bytes: 1024 * 1024,
            patience_ms: 250,
            resume: ResumeConfig::default(),
        }
    }
}

impl SubscriptionsConfig {
    pub(super) fn patience(&self) -> Duration {
        Duration::from_millis(self.patience_ms)
    }
}
