//! What the planner plans wrongly, made good in its own words before its plan becomes ours.

use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::operation::{OperationDefinition, SubgraphFetchOperation};
use hive_router_query_planner::planner::plan_nodes::{
    BatchFetchNode, FetchNode, FlattenNodePathSegment, PlanNode, QueryPlan,
};
use hive_router_query_planner::state::subgraph_state::SubgraphState;
use hive_router_query_planner::state::supergraph_state::{OperationKind, SubgraphName, SupergraphState};

use self::asked::Asked;
use self::conflicts::Conflicts;
use self::draft::Draft;
use self::implementations::{Entities, Step};
use self::keys::LackingKey;
use super::conversion::entities_selections;
use crate::engine::schema::TypeConditions;

mod asked;
mod conflicts;
mod draft;
mod implementations;
mod keys;
mod members;
mod representations;

/// The type of what `_entities` gives; no type of a supergraph has the name.
const ENTITY: &str = "_Entity";

pub(super) struct Repairs<'r> {
    supergraph: &'r SupergraphState,
    types: &'r TypeConditions,
    /// What was planned.
    operation: &'r OperationDefinition,
    /// The plan's fetches of entities, as they were planned; none without interface objects, as with the keys.
    steps: Vec<Step>,
    keys: Vec<LackingKey>,
}

impl<'r> Repairs<'r> {
    pub(super) fn of(
        plan: &QueryPlan,
        operation: &'r OperationDefinition,
        supergraph: &'r SupergraphState,
        types: &'r TypeConditions,
    ) -> Self {
        let mut repairs = Self { supergraph, types, operation, steps: Vec::new(), keys: Vec::new() };
        if let Some(node) = &plan.node
            && !supergraph.interface_object_types_in_subgraphs.is_empty()
        {
            implementations::steps(node, &[], &mut repairs.steps);
            repairs.keys = repairs.lacking_keys(node);
        }
        repairs
    }

    pub(super) fn apply(&self, plan: &mut QueryPlan) {
        if let Some(node) = &mut plan.node {
            self.node(node, &[]);
        }
    }

    /// `path` is where enclosing flatten nodes lead to.
    fn node(&self, node: &mut PlanNode, path: &[FlattenNodePathSegment]) {
        match node {
            PlanNode::Fetch(fetch) => self.fetch(fetch, path),
            PlanNode::Subscription(node) => self.fetch(&mut node.primary, path),
            PlanNode::BatchFetch(fetch) => self.batch_fetch(fetch, path),
            PlanNode::Flatten(flatten) => {
                let path = [path, flatten.path.as_slice()].concat();
                self.node(&mut flatten.node, &path);
            }
            PlanNode::Sequence(sequence) => self.nodes(&mut sequence.nodes, path),
            PlanNode::Parallel(parallel) => self.nodes(&mut parallel.nodes, path),
            PlanNode::Condition(condition) => {
                for node in condition.if_clause.iter_mut().chain(&mut condition.else_clause) {
                    self.node(node, path);
                }
            }
            PlanNode::Defer(_) => {}
        }
    }

    fn nodes(&self, nodes: &mut [PlanNode], path: &[FlattenNodePathSegment]) {
        for node in nodes {
            self.node(node, path);
        }
    }

    fn fetch(&self, fetch: &mut FetchNode, path: &[FlattenNodePathSegment]) {
        let Some(subgraph) = self.subgraph(&fetch.service_name) else {
            return;
        };
        let asked = Asked::of(self.operation).at(self.types, path);
        let mut draft = Draft::new(&fetch.operation.document);
        let (entities, type_name) = match &mut fetch.requires {
            Some(requires) => {
                let output = entities_selections(&fetch.operation.document, "_entities");
                let entities = Entities { paths: &[path.to_vec()], asked: &asked };
                self.name_every_implementation(&subgraph.graph_id, requires, output, &entities);
                self.send_as_interfaces(&subgraph.graph_id, output, &mut fetch.input_rewrites);
                (Some("_entities"), ENTITY)
            }
            None => (None, self.root_type(fetch.operation.document.operation.operation_kind.as_ref())),
        };
        self.ask_for_keys(subgraph, &mut draft, entities, type_name, path);
        self.complete_members(subgraph, &mut draft, entities, type_name, &asked);
        Conflicts::new(subgraph, &mut fetch.output_rewrites).settle(&mut draft, entities, type_name);
        let changed = draft.finish();
        replace(&mut fetch.operation, changed);
    }

    fn batch_fetch(&self, fetch: &mut BatchFetchNode, path: &[FlattenNodePathSegment]) {
        let Some(subgraph) = self.subgraph(&fetch.service_name) else {
            return;
        };
        self.separate_representations(&subgraph.graph_id, fetch);
        let mut draft = Draft::new(&fetch.operation.document);
        for alias in &mut fetch.entity_batch.aliases {
            let paths = alias.merge_paths.iter().map(|merge| [path, merge.as_slice()].concat());
            let paths: Vec<_> = paths.collect();
            let mut asked = Asked::default();
            for path in &paths {
                asked.add(Asked::of(self.operation).at(self.types, path));
            }
            let entities = alias.alias.as_str();
            let output = entities_selections(&fetch.operation.document, entities);
            let place = Entities { paths: &paths, asked: &asked };
            self.name_every_implementation(&subgraph.graph_id, &mut alias.requires, output, &place);
            self.send_as_interfaces(&subgraph.graph_id, output, &mut alias.input_rewrites);
            for path in &paths {
                self.ask_for_keys(subgraph, &mut draft, Some(entities), ENTITY, path);
            }
            self.complete_members(subgraph, &mut draft, Some(entities), ENTITY, &asked);
            Conflicts::new(subgraph, &mut alias.output_rewrites).settle(&mut draft, Some(entities), ENTITY);
        }
        let changed = draft.finish();
        replace(&mut fetch.operation, changed);
    }

    fn subgraph(&self, service: &str) -> Option<&SubgraphState> {
        self.supergraph.subgraphs_state.get(&SubgraphName(service.to_owned()))
    }

    fn root_type(&self, kind: Option<&OperationKind>) -> &str {
        let other = match kind {
            Some(OperationKind::Mutation) => self.supergraph.mutation_type.as_deref(),
            Some(OperationKind::Subscription) => self.supergraph.subscription_type.as_deref(),
            Some(OperationKind::Query) | None => None,
        };
        other.unwrap_or(&self.supergraph.query_type)
    }
}

fn replace(operation: &mut SubgraphFetchOperation, changed: Option<Document>) {
    if let Some(document) = changed {
        *operation = SubgraphFetchOperation::from_anonymous_operation(document);
    }
}
