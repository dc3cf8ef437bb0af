//! Keys that a fetch needs and no earlier one asks for.
//!
//! Where an interface object's field gives interface objects again, and a fetch of entities asks for it, the planner leaves
//! out their keys: what is asked of them by their types could never be fetched.

use ahash::{AHashMap, AHashSet};
use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::{FlattenNodePathSegment, PlanNode};
use hive_router_query_planner::state::subgraph_state::SubgraphState;
use hive_router_query_planner::state::supergraph_state::SupergraphDefinition;

use super::Repairs;
use super::draft::Draft;
use super::implementations::fragments;
use crate::engine::planning::conversion::{entities_selections, is_top_level_field};

/// A key's field, and the response keys that lead to the objects that lack it.
pub(super) struct LackingKey {
    place: Vec<String>,
    field: String,
}

/// What is given at each place, fetch after fetch.
#[derive(Default)]
struct Given(AHashMap<Vec<String>, AHashSet<String>>);

impl Repairs<'_> {
    pub(super) fn lacking_keys(&self, plan: &PlanNode) -> Vec<LackingKey> {
        let mut lacking = Vec::new();
        self.find_lacking(plan, &[], &mut Given::default(), &mut lacking);
        lacking
    }

    fn find_lacking(
        &self,
        node: &PlanNode,
        path: &[String],
        given: &mut Given,
        lacking: &mut Vec<LackingKey>,
    ) {
        match node {
            PlanNode::Fetch(fetch) => {
                let document = &fetch.operation.document;
                if let Some(requires) = &fetch.requires {
                    self.check(&fetch.service_name, requires, path, given, lacking);
                    given.add(document, entities_selections(document, "_entities"), path);
                } else {
                    given.add(document, &document.operation.selection_set, path);
                }
            }
            PlanNode::Subscription(node) => {
                let document = &node.primary.operation.document;
                given.add(document, &document.operation.selection_set, path);
            }
            PlanNode::BatchFetch(fetch) => {
                let document = &fetch.operation.document;
                for alias in &fetch.entity_batch.aliases {
                    for merge in &alias.merge_paths {
                        let path = [path, &keys_of(merge.as_slice())].concat();
                        self.check(&fetch.service_name, &alias.requires, &path, given, lacking);
                        given.add(document, entities_selections(document, &alias.alias), &path);
                    }
                }
            }
            PlanNode::Flatten(flatten) => {
                let path = [path, &keys_of(flatten.path.as_slice())].concat();
                self.find_lacking(&flatten.node, &path, given, lacking);
            }
            PlanNode::Sequence(sequence) => {
                sequence.nodes.iter().for_each(|node| self.find_lacking(node, path, given, lacking));
            }
            PlanNode::Parallel(parallel) => {
                parallel.nodes.iter().for_each(|node| self.find_lacking(node, path, given, lacking));
            }
            PlanNode::Condition(condition) => {
                let nodes = condition.if_clause.iter().chain(&condition.else_clause);
                nodes.for_each(|node| self.find_lacking(node, path, given, lacking));
            }
            PlanNode::Defer(_) => {}
        }
    }

    fn check(
        &self,
        service: &str,
        requires: &SelectionSet,
        path: &[String],
        given: &Given,
        lacking: &mut Vec<LackingKey>,
    ) {
        for fragment in fragments(requires) {
            for item in &fragment.selections.items {
                let SelectionItem::Field(field) = item else {
                    continue;
                };
                let is_plain = field.is_leaf() && field.alias.is_none() && field.name != "__typename";
                if is_plain
                    && !given.has(path, &field.name)
                    && self.is_key(&fragment.type_condition, &field.name, service)
                {
                    lacking.push(LackingKey { place: path.to_vec(), field: field.name.clone() });
                }
            }
        }
    }

    /// Whether the field belongs to a key of the type, or of an interface of it, in this subgraph.
    fn is_key(&self, type_name: &str, field: &str, service: &str) -> bool {
        let interfaces = self.supergraph.interface_to_object_types.iter();
        let interfaces = interfaces.filter(|(_, objects)| objects.contains(type_name));
        let names = interfaces.map(|(name, _)| name.as_str()).chain([type_name]);
        let definitions = names.filter_map(|name| self.supergraph.definitions.get(name));
        definitions.into_iter().flat_map(SupergraphDefinition::join_types).any(|join| {
            self.supergraph.known_subgraphs.get(&join.graph_id).is_some_and(|name| name == service)
                && join.key.as_deref().is_some_and(|key| is_top_level_field(key, field))
        })
    }

    /// Asks for the keys that are lacking below `path`, where this fetch gives their objects.
    pub(super) fn ask_for_keys(
        &self,
        subgraph: &SubgraphState,
        draft: &mut Draft<'_>,
        entities: Option<&str>,
        type_name: &str,
        path: &[FlattenNodePathSegment],
    ) {
        let path = keys_of(path);
        for LackingKey { place, field } in &self.keys {
            if let Some(below) = place.strip_prefix(path.as_slice()).filter(|below| !below.is_empty()) {
                draft.change(entities, |selections| add(subgraph, selections, type_name, below, field));
            }
        }
    }
}

impl Given {
    fn has(&self, place: &[String], field: &str) -> bool {
        self.0.get(place).is_some_and(|fields| fields.contains(field))
    }

    fn add(&mut self, document: &Document, selections: &SelectionSet, path: &[String]) {
        for item in &selections.items {
            match item {
                SelectionItem::Field(field) => {
                    let key = field.selection_identifier().to_owned();
                    if !field.selections.is_empty() {
                        let below = [path, std::slice::from_ref(&key)].concat();
                        self.add(document, &field.selections, &below);
                    }
                    self.0.entry(path.to_vec()).or_default().insert(key);
                }
                SelectionItem::InlineFragment(fragment) => self.add(document, &fragment.selections, path),
                SelectionItem::FragmentSpread(name) => {
                    let fragment = document.fragments.iter().find(|fragment| fragment.name == *name);
                    if let Some(fragment) = fragment {
                        self.add(document, &fragment.selection_set, path);
                    }
                }
            }
        }
    }
}

/// Adds a field to every selection at the end of `path`, where the subgraph has it. Whether there was one.
fn add(
    subgraph: &SubgraphState,
    selections: &mut SelectionSet,
    type_name: &str,
    path: &[String],
    field: &str,
) -> bool {
    let definition = subgraph.definitions.get(type_name);
    let Some((key, rest)) = path.split_first() else {
        if definition.and_then(|definition| definition.field(field)).is_none() {
            return false;
        }
        let name = field.to_owned();
        selections.items.push(SelectionItem::Field(FieldSelection { name, ..FieldSelection::default() }));
        return true;
    };
    let mut added = false;
    for item in &mut selections.items {
        match item {
            SelectionItem::Field(step)
                if step.selection_identifier() == key && !step.selections.is_empty() =>
            {
                let declared = definition.and_then(|definition| definition.field(&step.name));
                if let Some(declared) = declared {
                    let inner = declared.field_type.inner_type();
                    added |= add(subgraph, &mut step.selections, inner, rest, field);
                }
            }
            SelectionItem::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_str();
                added |= add(subgraph, &mut fragment.selections, condition, path, field);
            }
            SelectionItem::Field(_) | SelectionItem::FragmentSpread(_) => {}
        }
    }
    added
}

fn keys_of(path: &[FlattenNodePathSegment]) -> Vec<String> {
    let keys = path.iter().filter_map(|segment| match segment {
        FlattenNodePathSegment::Field(key) => Some(key.clone()),
        _ => None,
    });
    keys.collect()
}
