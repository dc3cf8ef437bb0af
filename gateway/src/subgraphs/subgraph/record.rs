//! How a subgraph has been doing, and its circuit breaker.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::Serialize;
use service::circuit::BreakerState;

use super::Subgraph;
use crate::engine::upstream::UpstreamError;

/// How a subgraph has been doing.
#[derive(Debug, Clone, Serialize)]
pub struct SubgraphHealth {
    pub name: String,
    pub url: String,
    pub breaker: BreakerState,
    pub last_success: Option<DateTime<Utc>>,
    pub last_failure: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    last_success: Option<DateTime<Utc>>,
    last_failure: Option<(DateTime<Utc>, String)>,
}

impl Subgraph {
    pub(in crate::subgraphs) fn health(&self) -> SubgraphHealth {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        SubgraphHealth {
            name: self.name.to_string(),
            url: self.url.to_string(),
            breaker: self.breaker.state(),
            last_success: record.last_success,
            last_failure: record.last_failure.as_ref().map(|(at, _)| *at),
            last_error: record.last_failure.as_ref().map(|(_, error)| error.clone()),
        }
    }

    /// Runs one exchange under the circuit breaker and keeps record of how it went.
    pub(super) async fn guarded<T>(
        &self,
        exchange: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let Some(attempt) = self.breaker.attempt() else {
            return Err(UpstreamError::Unreachable("its circuit is open after repeated failures".to_owned()));
        };
        let outcome = exchange.await;
        match &outcome {
            Err(error) if is_the_subgraphs_fault(error) => {
                attempt.failed();
                self.note_failure(error);
            }
            _ => {
                attempt.succeeded();
                self.budget.earn();
                let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
                record.last_success = Some(self.clock.now());
            }
        }
        outcome
    }

    fn note_failure(&self, error: &UpstreamError) {
        let text = match error {
            UpstreamError::Status(status, _) => format!("it answered with status {status}"),
            other => other.to_string(),
        };
        tracing::warn!(subgraph = %self.name, error = %text, "a subgraph failed");
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.last_failure = Some((self.clock.now(), text));
    }
}

/// Refusals (4xx) say something about the request, not about the subgraph's health.
fn is_the_subgraphs_fault(error: &UpstreamError) -> bool {
    match error {
        UpstreamError::Status(status, _) => {
            StatusCode::from_u16(*status).is_ok_and(|status| status.is_server_error())
        }
        UpstreamError::Overloaded => false,
        UpstreamError::Timeout | UpstreamError::Unreachable(_) | UpstreamError::Malformed(_) => true,
    }
}
