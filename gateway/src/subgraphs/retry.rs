//! When a failed fetch is sent again: queries only, a few times, within a budget.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

use serde::Deserialize;

use crate::engine::upstream::UpstreamError;

/// What one retry costs, in requests: at most every tenth request may be a retry when nothing goes well.
const COST: i32 = 10;
/// The most that is saved up, in requests.
const SAVED: i32 = 200;

/// Keeps retries from multiplying the load on a subgraph that is already in trouble.
#[derive(Debug)]
pub(super) struct RetryBudget(AtomicI32);

impl RetryBudget {
    pub(super) fn new() -> Self {
        Self(AtomicI32::new(SAVED))
    }

    /// A request that went well earns a part of a retry.
    pub(super) fn earn(&self) {
        if self.0.load(Ordering::Relaxed) < SAVED {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes one retry out of the budget, if there is one.
    pub(super) fn spend(&self) -> bool {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
            (saved >= COST).then(|| saved - COST)
        });
        taken.is_ok()
    }
}

/// Whether the failure may be gone a moment later. A timeout is not retried: the client has waited long enough.
pub(super) fn is_passing(error: &UpstreamError) -> bool {
    matches!(error, UpstreamError::Unreachable(_) | UpstreamError::Status(502..=504, _))
}

/// Whether sending `body` twice does no harm, which is so for queries.
pub(super) fn is_query(body: &[u8]) -> bool {
    // How the engine's own requests begin; they needn't be read any further.
    const QUERIES: [&[u8]; 2] = [br#"{"query":"{"#, br#"{"query":"query"#];
    if QUERIES.iter().any(|beginning| body.starts_with(beginning)) {
        return true;
    }
    #[derive(Deserialize)]
    struct Request<'body> {
        #[serde(borrow)]
        query: Cow<'body, str>,
    }
    let Ok(request) = serde_json::from_slice::<Request<'_>>(body) else {
        return false;
    };
    let document = request.query.trim_start();
    document.starts_with('{') || document.starts_with("query")
}

/// How long to wait before the retry: doubling from 20 ms, somewhere between half and the whole of it.
pub(super) fn pause(attempt: u32, random: u64) -> Duration {
    let whole = 20_u64 << attempt.min(6);
    Duration::from_millis(whole / 2 + random % (whole / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_queries_are_safe_to_send_twice() {
        assert!(is_query(br#"{"query":"{ a }"}"#));
        assert!(is_query(br#"{"variables":{},"query":" query A { a }"}"#));
        assert!(!is_query(br#"{"query":"mutation { a }"}"#));
        assert!(!is_query(br#"{"query":"fragment F on A { a } mutation { a }"}"#));
        assert!(!is_query(b"nonsense"));
    }

    #[test]
    fn the_budget_allows_a_burst_and_then_a_tenth_of_the_requests() {
        let budget = RetryBudget::new();
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 20);
        (0..COST).for_each(|_| budget.earn());
        assert!(budget.spend());
        assert!(!budget.spend());
    }
}
