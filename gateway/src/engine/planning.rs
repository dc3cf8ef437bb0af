//! The query planner, behind this one module: nothing else of the gateway knows whose it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use graphql_tools::static_graphql::query;
use graphql_tools::static_graphql::schema::Document;
use hive_router_query_planner::ast::normalization::normalize_operation;
use hive_router_query_planner::planner::{Planner, PlannerError, QueryPlannerOptions};
use hive_router_query_planner::utils::cancellation::CancellationToken;

use self::overrides::Overrides;
use self::repairs::Repairs;
use super::options::EngineOptions;
use super::plan::Plan;
use super::reserved_keys::ReservedKeys;
use super::resumable::Resumables;
use super::schema::TypeConditions;
use super::supergraph::SupergraphError;

mod conversion;
mod overrides;
mod repairs;

/// Why an operation has no plan.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum PlanningError {
    #[error("planning the operation took too long")]
    TimedOut,
    #[error("the operation cannot be planned: {0}")]
    Failed(String),
}

/// Plans operations against one supergraph.
pub(super) struct QueryPlanner {
    planner: Planner,
    types: TypeConditions,
    reserved_keys: ReservedKeys,
    resumables: Resumables,
    overrides: Overrides,
    timeout: Duration,
    describe: bool,
}

impl QueryPlanner {
    pub(super) fn try_new(supergraph: &Document, options: &EngineOptions) -> Result<Self, SupergraphError> {
        // The planner panics on inconsistent supergraphs; that must cost the new supergraph, not the process.
        let planner = catch_unwind(AssertUnwindSafe(|| {
            Planner::new_from_supergraph(supergraph, QueryPlannerOptions::default())
        }))
        .map_err(|panic| SupergraphError::Inconsistent(panic_message(&*panic)))?
        .map_err(|error| SupergraphError::Inconsistent(error.to_string()))?;
        let overrides = Overrides::new(&planner.supergraph.progressive_overrides, &options.override_labels);
        Ok(Self {
            planner,
            types: TypeConditions::new(supergraph),
            reserved_keys: ReservedKeys::new(supergraph),
            resumables: Resumables::new(supergraph),
            overrides,
            timeout: options.planning_timeout,
            describe: options.expose_query_plan,
        })
    }

    /// The supergraph as clients may see it.
    pub(super) fn consumer_schema(&self) -> &Document {
        &self.planner.consumer_schema.document
    }

    pub(super) fn type_conditions(&self) -> &TypeConditions {
        &self.types
    }

    /// Names that the planner may ask for beside the client's fields.
    pub(super) fn reserved_keys(&self) -> &ReservedKeys {
        &self.reserved_keys
    }

    /// The subscriptions that can be taken up again.
    pub(super) fn resumables(&self) -> &Resumables {
        &self.resumables
    }

    /// Decides the progressive overrides of one request.
    pub(super) fn draw_overrides(&self) -> usize {
        self.overrides.draw()
    }

    /// Plans the document's one operation, which is valid and selects something from a subgraph.
    pub(super) fn plan(&self, document: &query::Document, overrides: usize) -> Result<Plan, PlanningError> {
        catch_unwind(AssertUnwindSafe(|| self.plan_or_panic(document, overrides)))
            .unwrap_or_else(|panic| Err(PlanningError::Failed(panic_message(&*panic))))
    }

    fn plan_or_panic(&self, document: &query::Document, overrides: usize) -> Result<Plan, PlanningError> {
        let normalized = normalize_operation(&self.planner.supergraph, document, None)
            .map_err(|error| PlanningError::Failed(error.to_string()))?;
        let operation = normalized.executable_operation();
        let mut plan = self
            .planner
            .plan_from_normalized_operation(
                operation,
                self.overrides.context(overrides),
                &CancellationToken::with_timeout(self.timeout),
            )
            .map_err(|error| match error {
                PlannerError::CancellationError(_) => PlanningError::TimedOut,
                error => PlanningError::Failed(error.to_string()),
            })?;
        Repairs::of(&plan, operation, &self.planner.supergraph, &self.types).apply(&mut plan);
        Ok(conversion::convert(plan, &self.planner.supergraph, &self.types, self.describe))
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the planner panicked".to_owned())
}
