//! Interface objects: a fetch has to name every implementation whose fields it completes.
//!
//! Where fields of an interface object are needed through several of its implementations, the planner merges the fetches
//! and keeps the requirements of one of them. Now and then it also forgets that the subgraph knows them by the interface's
//! name alone.

use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, InlineFragmentSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::{
    FetchNodePathSegment, FetchRewrite, FlattenNodePathSegment, PlanNode, ValueSetter,
};

use super::Repairs;
use super::asked::Asked;
use crate::engine::planning::conversion::{entities_selections, is_top_level_field};

/// No chain of requirements is longer.
const MAX_CHAIN: usize = 16;

/// What a fetch of entities needs, and what it gives.
pub(super) struct Step {
    path: Vec<FlattenNodePathSegment>,
    requires: SelectionSet,
    output: SelectionSet,
}

/// Entities of one place.
pub(super) struct Entities<'p> {
    pub(super) paths: &'p [Vec<FlattenNodePathSegment>],
    /// What the client asks of them.
    pub(super) asked: &'p Asked<'p>,
}

impl Repairs<'_> {
    pub(super) fn name_every_implementation(
        &self,
        graph: &str,
        requires: &mut SelectionSet,
        output: &SelectionSet,
        entities: &Entities<'_>,
    ) {
        for fragment in self.interface_objects(graph, output) {
            let implementations = self.supergraph.interface_to_object_types.get(&fragment.type_condition);
            for type_name in implementations.into_iter().flatten() {
                if let Some(named) = self.lacking(type_name, requires, (graph, fragment), entities) {
                    requires.items.push(SelectionItem::InlineFragment(named));
                }
            }
        }
    }

    /// Has objects sent under the interface's name to a subgraph that knows none of its implementations. Some fetches go
    /// without, from one interface object to another.
    pub(super) fn send_as_interfaces(
        &self,
        graph: &str,
        output: &SelectionSet,
        rewrites: &mut Option<Vec<FetchRewrite>>,
    ) {
        for fragment in self.interface_objects(graph, output) {
            let interface = &fragment.type_condition;
            let is_set = rewrites.iter().flatten().any(|rewrite| match rewrite {
                FetchRewrite::ValueSetter(setter) => setter.set_value_to == *interface,
                FetchRewrite::KeyRenamer(_) => false,
            });
            if !is_set {
                let of_any = FetchNodePathSegment::typename_equals_from_type(interface.clone());
                let path = vec![of_any, FetchNodePathSegment::Key("__typename".to_owned())];
                let setter = ValueSetter { path, set_value_to: interface.clone() };
                rewrites.get_or_insert_default().push(FetchRewrite::ValueSetter(setter));
            }
        }
    }

    /// What is asked of interface objects.
    fn interface_objects<'o>(
        &self,
        graph: &str,
        output: &'o SelectionSet,
    ) -> impl Iterator<Item = &'o InlineFragmentSelection> {
        let objects = &self.supergraph.interface_object_types_in_subgraphs;
        fragments(output).filter(move |fragment| {
            objects.get(&fragment.type_condition).is_some_and(|graphs| graphs.contains(graph))
        })
    }

    /// What names objects of this type, if nothing does yet and the fetch is to complete them.
    fn lacking(
        &self,
        type_name: &str,
        requires: &SelectionSet,
        (graph, output): (&str, &InlineFragmentSelection),
        entities: &Entities<'_>,
    ) -> Option<InlineFragmentSelection> {
        if self.names(requires, type_name) {
            return None;
        }
        // All implementations have the interface object's key.
        let other = fragments(requires).next()?;
        let lacks = |field: &FieldSelection| {
            has_field(&output.selections, field)
                && !has_field(&other.selections, field)
                && (self.is_given(type_name, field)
                    || self.is_key_in(graph, &output.type_condition, &field.name))
        };
        self.is_needed(type_name, &lacks, entities, MAX_CHAIN)
            .then(|| InlineFragmentSelection { type_condition: type_name.to_owned(), ..other.clone() })
    }

    /// Whether objects of this type need one of these fields: for the client, or for a fetch that gives what they need.
    fn is_needed(
        &self,
        type_name: &str,
        wanted: &dyn Fn(&FieldSelection) -> bool,
        entities: &Entities<'_>,
        chain: usize,
    ) -> bool {
        let mut needed = false;
        entities.asked.narrowed(&[type_name.to_owned()]).for_each_field(self.types, &mut |field| {
            needed |= wanted(field);
        });
        needed
            || chain > 0
                && self.steps.iter().any(|step| {
                    entities.paths.contains(&step.path)
                        && self.required_of(&step.requires, type_name).any(wanted)
                        && self.is_needed(
                            type_name,
                            &|field| has_field(&step.output, field) && self.is_given(type_name, field),
                            entities,
                            chain - 1,
                        )
                })
    }

    /// Whether an interface object gives the field to objects of this type.
    fn is_given(&self, type_name: &str, field: &FieldSelection) -> bool {
        let definition = self.supergraph.definitions.get(type_name);
        let declared = definition.and_then(|definition| definition.fields().get(&field.name));
        declared.is_some_and(|declared| declared.join_field.iter().any(|join| join.graph_id.is_none()))
    }

    /// Whether the field belongs to a key of the interface object, which gives it to all implementations: it has to be
    /// asked for where it is wanted under another name.
    fn is_key_in(&self, graph: &str, interface: &str, field: &str) -> bool {
        let definition = self.supergraph.definitions.get(interface);
        definition.is_some_and(|definition| {
            definition.join_types().iter().any(|join| {
                join.graph_id == graph
                    && join.key.as_deref().is_some_and(|key| is_top_level_field(key, field))
            })
        })
    }

    fn names(&self, requires: &SelectionSet, type_name: &str) -> bool {
        fragments(requires).any(|fragment| self.is_about(fragment, type_name))
    }

    fn required_of<'s>(
        &'s self,
        requires: &'s SelectionSet,
        type_name: &'s str,
    ) -> impl Iterator<Item = &'s FieldSelection> {
        let fragments = fragments(requires).filter(|fragment| self.is_about(fragment, type_name));
        fragments.flat_map(|fragment| &fragment.selections.items).filter_map(|item| match item {
            SelectionItem::Field(field) => Some(field),
            _ => None,
        })
    }

    fn is_about(&self, fragment: &InlineFragmentSelection, type_name: &str) -> bool {
        self.types.expand([fragment.type_condition.as_str()]).iter().any(|name| name == type_name)
    }
}

/// The plan's fetches of entities.
pub(super) fn steps(node: &PlanNode, path: &[FlattenNodePathSegment], found: &mut Vec<Step>) {
    match node {
        PlanNode::Fetch(fetch) => {
            if let Some(requires) = &fetch.requires {
                let output = entities_selections(&fetch.operation.document, "_entities").clone();
                found.push(Step { path: path.to_vec(), requires: requires.clone(), output });
            }
        }
        PlanNode::BatchFetch(fetch) => {
            for alias in &fetch.entity_batch.aliases {
                let output = entities_selections(&fetch.operation.document, &alias.alias);
                for merge in &alias.merge_paths {
                    let path = [path, merge.as_slice()].concat();
                    found.push(Step { path, requires: alias.requires.clone(), output: output.clone() });
                }
            }
        }
        PlanNode::Flatten(flatten) => {
            steps(&flatten.node, &[path, flatten.path.as_slice()].concat(), found);
        }
        PlanNode::Sequence(sequence) => sequence.nodes.iter().for_each(|node| steps(node, path, found)),
        PlanNode::Parallel(parallel) => parallel.nodes.iter().for_each(|node| steps(node, path, found)),
        PlanNode::Condition(condition) => {
            let nodes = condition.if_clause.iter().chain(&condition.else_clause);
            nodes.for_each(|node| steps(node, path, found));
        }
        PlanNode::Subscription(_) | PlanNode::Defer(_) => {}
    }
}

pub(super) fn fragments(selections: &SelectionSet) -> impl Iterator<Item = &InlineFragmentSelection> {
    selections.items.iter().filter_map(|item| match item {
        SelectionItem::InlineFragment(fragment) => Some(fragment),
        _ => None,
    })
}

fn has_field(selections: &SelectionSet, wanted: &FieldSelection) -> bool {
    selections.items.iter().any(|item| match item {
        SelectionItem::Field(field) => field.selection_identifier() == wanted.selection_identifier(),
        SelectionItem::InlineFragment(fragment) => has_field(&fragment.selections, wanted),
        SelectionItem::FragmentSpread(_) => false,
    })
}
