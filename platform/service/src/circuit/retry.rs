//! How often, and how soon, a failed request is sent again.

use std::{
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

/// What one retry costs, in requests: at most every tenth request may be a retry when nothing goes well.
const COST: i32 = 10;
/// The most that is saved up, in requests.
const SAVED: i32 = 200;

/// Keeps retries from multiplying the load on a service that is already in trouble.
#[derive(Debug)]
pub struct RetryBudget(AtomicI32);

impl RetryBudget {
    /// A request that went well earns a part of a retry.
    pub fn earn(&self) {
        if self.0.load(Ordering::Relaxed) < SAVED {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes one retry out of the budget, if there is one.
    pub fn spend(&self) -> bool {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| {
            (saved >= COST).then(|| saved - COST)
        });
        taken.is_ok()
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicI32::new(SAVED))
    }
}

/// How long to wait before the retry: doubling from 20 ms, somewhere between half and the whole of it.
pub fn pause(attempt: u32, random: u64) -> Duration {
    let whole = 20_u64 << attempt.min(6);
    Duration::from_millis(whole / 2 + random % (whole / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_allows_a_burst_and_then_a_tenth_of_the_requests() {
        let budget = RetryBudget::default();
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 20);
        (0..COST).for_each(|_| budget.earn());
        assert!(budget.spend());
        assert!(!budget.spend());
    }

    #[test]
    fn pauses_double_and_no_two_clients_wait_alike() {
        assert_eq!(pause(0, 0), Duration::from_millis(10));
        assert_eq!(pause(0, 10), Duration::from_millis(20));
        assert_eq!(pause(1, 20), Duration::from_millis(40));
        assert_eq!(pause(60, 0), pause(6, 0), "they don't grow forever");
    }
}
