//! Handing the most used operations over to the engine of another supergraph, planned.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Engine;
use super::authorization::Lacking;
use super::preparations::DocumentKey;

/// An operation that is used a lot.
pub(crate) struct HotOperation {
    key: Arc<DocumentKey>,
    uses: u64,
    /// The outcomes of its `@skip`s and `@include`s that occurred, each with the rights that were missing.
    outcomes: Vec<(Vec<bool>, Lacking)>,
}

/// What became of an operation on another supergraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WarmUp {
    /// It is planned.
    Planned,
    /// It doesn't fit the schema any more; whoever sends it is told what is wrong with it.
    NoLongerValid,
    /// It fits the schema, but there is no plan for it.
    Failed(String),
}

impl Engine {
    /// The operations that were used most, the most used one first.
    pub(crate) fn hottest(&self, count: usize) -> Vec<HotOperation> {
        let planned = self.inner.preparations.planned();
        let authorization = &self.inner.authorization;
        let mut operations: Vec<HotOperation> = planned
            .map(|(key, document, outcomes)| {
                let lacking = |(conditions, unmet)| (conditions, authorization.lacking(&unmet));
                let outcomes = outcomes.into_iter().map(lacking).collect();
                HotOperation { key, uses: document.uses(), outcomes }
            })
            .collect();
        operations.sort_by_key(|operation| Reverse(operation.uses));
        operations.truncate(count);
        operations
    }

    /// Parses, validates and plans an operation of another engine. Half of its uses are carried over, so that it
    /// stays known as hot, and less so when nobody sends it any more.
    pub(crate) async fn warm_up(&self, operation: &HotOperation) -> WarmUp {
        let Ok(document) = self.document(DocumentKey::clone(&operation.key)).await else {
            return WarmUp::NoLongerValid;
        };
        document.count_uses(operation.uses / 2);
        for (conditions, lacking) in &operation.outcomes {
            let unmet = self.inner.authorization.unmet_by(document.touched(), lacking);
            if let Err(error) = self.variant(&document, conditions.clone(), unmet).await {
                return WarmUp::Failed(error.to_string());
            }
        }
        WarmUp::Planned
    }
}
