//! Fields of one response key whose types don't fit together in a subgraph: they are asked for under aliases.
//!
//! A field's type may be another in a subgraph (`ID!`) than in the API (`ID`). The planner sees conflicts among the
//! selections of one field; there are others among what stands below the same response key through different types,
//! and a subgraph refuses the whole operation for one.

use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::{FetchNodePathSegment, FetchRewrite, KeyRenamer};
use hive_router_query_planner::state::subgraph_state::{SubgraphDefinition, SubgraphState};
use hive_router_query_planner::state::supergraph_state::TypeNode;

use super::draft::Draft;
use crate::engine::planning::conversion::INTERNAL;

pub(super) struct Conflicts<'c> {
    subgraph: &'c SubgraphState,
    /// Those of the fetch, which name the aliases' fields as the client does.
    rewrites: &'c mut Option<Vec<FetchRewrite>>,
    /// The number of the next alias.
    next: usize,
}

/// A field, and where it stands.
struct Place<'d> {
    field: &'d mut FieldSelection,
    parent: String,
    /// What leads to its object.
    path: Vec<FetchNodePathSegment>,
}

/// The selections of one of the fields that have the same response key.
struct Below<'d> {
    selections: &'d mut SelectionSet,
    type_name: String,
    path: Vec<FetchNodePathSegment>,
}

impl<'c> Conflicts<'c> {
    pub(super) fn new(subgraph: &'c SubgraphState, rewrites: &'c mut Option<Vec<FetchRewrite>>) -> Self {
        Self { subgraph, rewrites, next: 0 }
    }

    pub(super) fn settle(mut self, draft: &mut Draft<'_>, entities: Option<&str>, type_name: &str) {
        let document = draft.document();
        if document.fragments.is_empty() && fragments_in(&document.operation.selection_set) < 2 {
            return;
        }
        self.next = first_free_alias(&document.to_string());
        draft.change(entities, |selections| {
            self.separate(vec![Below { selections, type_name: type_name.to_owned(), path: Vec::new() }])
        });
    }

    /// Whether there was a conflict.
    fn separate(&mut self, sets: Vec<Below<'_>>) -> bool {
        let mut groups: Vec<(String, Vec<Place<'_>>)> = Vec::new();
        for Below { selections, type_name, path } in sets {
            collect(selections, &type_name, &path, &mut groups);
        }
        let mut changed = false;
        for (key, places) in groups {
            for (index, (shape, places)) in self.by_shape(places).into_iter().enumerate() {
                let alias = (index > 0).then(|| self.alias());
                changed |= alias.is_some();
                changed |= self.settle_one(&key, alias.as_deref(), shape.as_ref(), places);
            }
        }
        changed
    }

    /// Fields of one response key and of types that fit together. What is below is renamed first.
    fn settle_one(
        &mut self,
        key: &str,
        alias: Option<&str>,
        shape: Option<&TypeNode>,
        places: Vec<Place<'_>>,
    ) -> bool {
        let mut below = Vec::new();
        let mut renamed = Vec::new();
        for place in places {
            if let Some(alias) = alias {
                renamed.push(self.rename(key, alias, &place.path));
                place.field.alias = Some(alias.to_owned());
            }
            if let Some(shape) = self.declared(&place.parent, place.field).or(shape)
                && !place.field.selections.is_empty()
            {
                let type_name = shape.inner_type().to_owned();
                let step = FetchNodePathSegment::Key(alias.unwrap_or(key).to_owned());
                let path = place.path.into_iter().chain([step]).collect();
                below.push(Below { selections: &mut place.field.selections, type_name, path });
            }
        }
        let changed = self.separate(below);
        if !renamed.is_empty() {
            self.rewrites.get_or_insert_default().extend(renamed);
        }
        changed
    }

    fn by_shape<'d>(&self, places: Vec<Place<'d>>) -> Vec<(Option<TypeNode>, Vec<Place<'d>>)> {
        let mut shapes: Vec<(Option<TypeNode>, Vec<Place<'d>>)> = Vec::new();
        for place in places {
            let declared = self.declared(&place.parent, place.field);
            let fitting = shapes.iter_mut().find(|(shape, _)| match (shape, declared) {
                (Some(shape), Some(declared)) => self.fit(shape, declared),
                _ => true,
            });
            if let Some((_, places)) = fitting {
                places.push(place);
            } else {
                let declared = declared.cloned();
                shapes.push((declared, vec![place]));
            }
        }
        shapes
    }

    /// The field's type in this subgraph.
    fn declared(&self, parent: &str, field: &FieldSelection) -> Option<&'c TypeNode> {
        let declared = self.subgraph.definitions.get(parent)?.field(&field.name)?;
        let here = declared.join_field.as_ref().and_then(|join| join.type_in_graph.as_ref());
        Some(here.unwrap_or(&declared.field_type))
    }

    /// GraphQL's `SameResponseShape`.
    fn fit(&self, left: &TypeNode, right: &TypeNode) -> bool {
        match (left, right) {
            (TypeNode::NonNull(left), TypeNode::NonNull(right))
            | (TypeNode::List(left), TypeNode::List(right)) => self.fit(left, right),
            (TypeNode::Named(left), TypeNode::Named(right)) => {
                left == right || (self.is_composite(left) && self.is_composite(right))
            }
            _ => false,
        }
    }

    fn is_composite(&self, type_name: &str) -> bool {
        matches!(
            self.subgraph.definitions.get(type_name),
            Some(
                SubgraphDefinition::Object(_)
                    | SubgraphDefinition::Interface(_)
                    | SubgraphDefinition::Union(_)
            )
        )
    }

    fn alias(&mut self) -> String {
        self.next += 1;
        format!("{INTERNAL}{}", self.next - 1)
    }

    /// The rewrite that takes the alias back. Those that lead past the field lead past its alias from now on.
    fn rename(&mut self, key: &str, alias: &str, path: &[FetchNodePathSegment]) -> FetchRewrite {
        let at = |last: &str| {
            let step = FetchNodePathSegment::Key(last.to_owned());
            path.iter().cloned().chain([step]).collect::<Vec<_>>()
        };
        let mut rename_key_to = key.to_owned();
        for rewrite in self.rewrites.iter_mut().flatten() {
            let FetchRewrite::KeyRenamer(renamer) = rewrite else {
                continue;
            };
            let Some(step) = past(&renamer.path, &at(key)) else {
                continue;
            };
            if step + 1 == renamer.path.len() {
                rename_key_to.clone_from(&renamer.rename_key_to);
            } else {
                renamer.path[step] = FetchNodePathSegment::Key(alias.to_owned());
            }
        }
        FetchRewrite::KeyRenamer(KeyRenamer { path: at(alias), rename_key_to })
    }
}

/// Sorts fields by their response keys, as they come.
fn collect<'d>(
    selections: &'d mut SelectionSet,
    parent: &str,
    path: &[FetchNodePathSegment],
    groups: &mut Vec<(String, Vec<Place<'d>>)>,
) {
    for item in &mut selections.items {
        match item {
            SelectionItem::Field(field) => {
                let key = field.selection_identifier().to_owned();
                let place = Place { field, parent: parent.to_owned(), path: path.to_vec() };
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, places)) => places.push(place),
                    None => groups.push((key, vec![place])),
                }
            }
            SelectionItem::InlineFragment(fragment) => {
                let condition = fragment.type_condition.clone();
                let step = FetchNodePathSegment::typename_equals_from_type(condition.clone());
                let path: Vec<_> = path.iter().cloned().chain([step]).collect();
                collect(&mut fragment.selections, &condition, &path, groups);
            }
            SelectionItem::FragmentSpread(_) => {}
        }
    }
}

/// The index in `path` of the key that `place` ends with, if `path` leads there: conditions that hold for all objects
/// may be left out of either.
fn past(path: &[FetchNodePathSegment], place: &[FetchNodePathSegment]) -> Option<usize> {
    let mut steps = path.iter().enumerate().filter(|(_, step)| is_key(step));
    let mut last = None;
    for wanted in place.iter().filter(|step| is_key(step)) {
        let (index, step) = steps.next()?;
        if step != wanted {
            return None;
        }
        last = Some(index);
    }
    let condition =
        |steps: &[FetchNodePathSegment]| steps.iter().rev().nth(1).filter(|step| !is_key(step)).cloned();
    let index = last?;
    match (condition(&path[..=index]), condition(place)) {
        (Some(left), Some(right)) if left != right => None,
        _ => Some(index),
    }
}

fn is_key(step: &FetchNodePathSegment) -> bool {
    matches!(step, FetchNodePathSegment::Key(_))
}

fn fragments_in(selections: &SelectionSet) -> usize {
    let each = selections.items.iter().map(|item| match item {
        SelectionItem::Field(field) => fragments_in(&field.selections),
        SelectionItem::InlineFragment(fragment) => 1 + fragments_in(&fragment.selections),
        SelectionItem::FragmentSpread(_) => 1,
    });
    each.sum()
}

/// Beyond the highest number that the planner gave.
fn first_free_alias(document: &str) -> usize {
    let numbers = document.split(INTERNAL).skip(1).filter_map(|rest| {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse::<usize>().ok()
    });
    numbers.max().map_or(0, |highest| highest + 1)
}
