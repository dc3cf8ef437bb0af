//! Progressive overrides: which of two subgraphs answers a field with `@override(from:, label:)`.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use hive_router_query_planner::graph::PlannerOverrideContext;
use hive_router_query_planner::state::supergraph_state::ProgressiveOverrides;

/// The planner writes percentages with eight decimal places.
const PERCENT: u64 = 100_000_000;

/// The labels of one supergraph. Those with a name are on or off by configuration; `percent(…)` is decided for each
/// request. A request draws one number for all of them, so that it is the number of those it lies *above* that counts.
#[derive(Debug)]
pub(super) struct Overrides {
    active: HashSet<String>,
    /// Ascending.
    percentages: Vec<u64>,
    requests: AtomicU64,
}

impl Overrides {
    pub(super) fn new(labels: &ProgressiveOverrides, active: &BTreeSet<String>) -> Self {
        for label in active.iter().filter(|label| !labels.flags.contains(*label)) {
            tracing::warn!(label, "no field of the supergraph is overridden with this label");
        }
        let mut percentages: Vec<_> = labels.percentages.iter().copied().collect();
        percentages.sort_unstable();
        Self { active: active.iter().cloned().collect(), percentages, requests: AtomicU64::new(0) }
    }

    /// How many of the percentages don't apply to the next request. Steps of the golden ratio spread any number of
    /// requests in a row evenly, which chance does not.
    pub(super) fn draw(&self) -> usize {
        const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;
        if self.percentages.is_empty() {
            return 0;
        }
        let position = self.requests.fetch_add(1, Ordering::Relaxed).wrapping_mul(GOLDEN_RATIO);
        let value = (u128::from(position) * u128::from(100 * PERCENT)) >> 64;
        self.percentages.iter().filter(|percentage| u128::from(**percentage) <= value).count()
    }

    /// The planner's terms for what was drawn.
    pub(super) fn context(&self, drawn: usize) -> PlannerOverrideContext {
        // The planner applies what is above this value.
        let value = drawn.checked_sub(1).and_then(|last| self.percentages.get(last).copied());
        PlannerOverrideContext::new(self.active.clone(), value.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_spread_over_the_percentages_as_these_say() {
        let labels = ProgressiveOverrides {
            flags: HashSet::new(),
            percentages: [0, 5, 50, 100].map(|percent| percent * PERCENT).into(),
        };
        let overrides = Overrides::new(&labels, &BTreeSet::new());
        let mut applied = [0; 4];
        for _ in 0..1_000 {
            let context = overrides.context(overrides.draw());
            for (count, percent) in applied.iter_mut().zip([0, 5, 50, 100]) {
                *count += i32::from(context.is_in_range(&(percent * PERCENT)));
            }
        }
        assert_eq!(applied[0], 0);
        assert!((45..=55).contains(&applied[1]), "{applied:?}");
        assert!((490..=510).contains(&applied[2]), "{applied:?}");
        assert_eq!(applied[3], 1_000);
    }
}
