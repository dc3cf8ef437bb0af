//! Under which response key a required field stands, if it is asked for with several arguments.
//!
//! Where two fields of one name differ in their arguments, the planner asks for the second under an alias of its own. Who
//! requires it is then sent to the right one as long as it is a field of the entity itself, and at that very path. Deeper
//! fields and other paths need what is kept here: everything the plan fetches, by its place.

use ahash::AHashMap;
use graphql_tools::static_graphql::query::{Definition, OperationDefinition};
use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::{
    FetchNodePathSegment, FetchRewrite, FlattenNodePath, FlattenNodePathSegment, PlanNode,
};

use super::entities_selections;
use crate::engine::schema::TypeConditions;

/// What an internal alias begins with.
pub(in crate::engine::planning) const INTERNAL: &str = "_internal_qp_alias_";

/// The planner's hash of none.
const NO_ARGUMENTS: u64 = 0;

/// Every field that a plan fetches, by the response keys that lead to its object.
pub(super) struct Fetched<'t> {
    types: &'t TypeConditions,
    places: AHashMap<Vec<String>, Vec<FetchedField>>,
    /// The aliases of the fetch at hand that its rewrites take back, with what they become.
    renamed: AHashMap<String, String>,
}

struct FetchedField {
    key: String,
    name: String,
    /// Their hash, which is all that the planner shows of them.
    arguments: u64,
    /// Only on objects of these types; on all when there are none.
    types: Vec<String>,
}

impl<'t> Fetched<'t> {
    /// Empty when the plan has no internal alias: then every field stands under its own name.
    pub(super) fn of_plan(plan: Option<&PlanNode>, types: &'t TypeConditions) -> Self {
        let mut fetched = Self { types, places: AHashMap::new(), renamed: AHashMap::new() };
        if let Some(node) = plan {
            fetched.node(node, &[]);
        }
        if !fetched.places.values().flatten().any(|field| field.key.starts_with(INTERNAL)) {
            fetched.places.clear();
        }
        fetched
    }

    fn node(&mut self, node: &PlanNode, path: &[String]) {
        match node {
            PlanNode::Fetch(fetch) => {
                let document = &fetch.operation.document;
                self.renamed = renamed(fetch.output_rewrites.as_deref());
                let selections = if fetch.requires.is_some() {
                    entities_selections(document, "_entities")
                } else {
                    &document.operation.selection_set
                };
                self.selections(document, selections, path, &[]);
            }
            PlanNode::BatchFetch(fetch) => {
                let document = &fetch.operation.document;
                for alias in &fetch.entity_batch.aliases {
                    self.renamed = renamed(alias.output_rewrites.as_deref());
                    let selections = entities_selections(document, &alias.alias);
                    for merge in &alias.merge_paths {
                        self.selections(document, selections, &extended(path, merge), &[]);
                    }
                }
            }
            PlanNode::Subscription(subscription) => {
                let document = &subscription.primary.operation.document;
                self.renamed = renamed(subscription.primary.output_rewrites.as_deref());
                self.selections(document, &document.operation.selection_set, path, &[]);
            }
            PlanNode::Flatten(flatten) => self.node(&flatten.node, &extended(path, &flatten.path)),
            PlanNode::Sequence(sequence) => self.nodes(&sequence.nodes, path),
            PlanNode::Parallel(parallel) => self.nodes(&parallel.nodes, path),
            PlanNode::Condition(condition) => {
                for node in condition.if_clause.iter().chain(&condition.else_clause) {
                    self.node(node, path);
                }
            }
            PlanNode::Defer(_) => {}
        }
    }

    fn nodes(&mut self, nodes: &[PlanNode], path: &[String]) {
        for node in nodes {
            self.node(node, path);
        }
    }

    fn selections(
        &mut self,
        document: &Document,
        selections: &SelectionSet,
        path: &[String],
        types: &[String],
    ) {
        for item in &selections.items {
            match item {
                SelectionItem::Field(field) => {
                    let key = field.selection_identifier();
                    let key = self.renamed.get(key).map_or(key, String::as_str).to_owned();
                    let below: Vec<String> = path.iter().cloned().chain([key.clone()]).collect();
                    self.selections(document, &field.selections, &below, &[]);
                    self.places.entry(path.to_vec()).or_default().push(FetchedField {
                        key,
                        name: field.name.clone(),
                        arguments: field.arguments_hash(),
                        types: types.to_vec(),
                    });
                }
                SelectionItem::InlineFragment(fragment) => {
                    let types = self.types.expand([fragment.type_condition.as_str()]);
                    self.selections(document, &fragment.selections, path, &types);
                }
                SelectionItem::FragmentSpread(name) => {
                    if let Some(fragment) = document.fragments.iter().find(|fragment| fragment.name == *name)
                    {
                        let types = self.types.expand([fragment.type_condition.as_str()]);
                        self.selections(document, &fragment.selection_set, path, &types);
                    }
                }
            }
        }
    }

    /// The response key of a field with exactly these arguments; `planned` is the planner's own choice.
    pub(super) fn key_of(
        &self,
        path: &[String],
        parent: Option<&str>,
        name: &str,
        arguments: u64,
        planned: &str,
    ) -> Option<&str> {
        let fields = self.places.get(path)?.iter().filter(|field| {
            field.name == name
                && field.arguments == arguments
                && (field.types.is_empty()
                    || parent.is_none_or(|parent| field.types.iter().any(|known| known == parent)))
        });
        let rank = |field: &&FetchedField| {
            (field.key != planned, field.key != name, !field.key.starts_with(INTERNAL))
        };
        fields.min_by_key(rank).map(|field| field.key.as_str())
    }
}

/// What the fields of one fetch require, with the arguments that the planner leaves out.
#[derive(Clone, Default)]
pub(super) struct Required(Vec<SelectionSet>);

impl Required {
    pub(super) fn add(&mut self, field_set: &str) {
        let text = format!("{{{field_set}}}");
        let document = graphql_tools::parser::parse_query::<String>(&text)
            .map(graphql_tools::parser::query::Document::into_static);
        for definition in document.into_iter().flat_map(|document| document.definitions) {
            if let Definition::Operation(OperationDefinition::SelectionSet(selection_set)) = definition {
                self.0.push(selection_set.into());
            }
        }
    }

    /// The arguments with which a field is required, by their hash, and what is required below.
    pub(super) fn field(&self, name: &str) -> (u64, Self) {
        let mut found = Vec::new();
        for selections in &self.0 {
            named(selections, name, &mut found);
        }
        let below = Self(found.iter().map(|field| field.selections.clone()).collect());
        (found.first().map_or(NO_ARGUMENTS, |field| field.arguments_hash()), below)
    }
}

fn named<'s>(selections: &'s SelectionSet, name: &str, found: &mut Vec<&'s FieldSelection>) {
    for item in &selections.items {
        match item {
            SelectionItem::Field(field) if field.name == name => found.push(field),
            SelectionItem::InlineFragment(fragment) => named(&fragment.selections, name, found),
            SelectionItem::Field(_) | SelectionItem::FragmentSpread(_) => {}
        }
    }
}

fn renamed(rewrites: Option<&[FetchRewrite]>) -> AHashMap<String, String> {
    let rewrites = rewrites.unwrap_or_default().iter();
    rewrites
        .filter_map(|rewrite| match rewrite {
            FetchRewrite::KeyRenamer(renamer) => match renamer.path.last() {
                Some(FetchNodePathSegment::Key(key)) => Some((key.clone(), renamer.rename_key_to.clone())),
                _ => None,
            },
            FetchRewrite::ValueSetter(_) => None,
        })
        .collect()
}

fn extended(path: &[String], by: &FlattenNodePath) -> Vec<String> {
    let keys = by.as_slice().iter().filter_map(|segment| match segment {
        FlattenNodePathSegment::Field(key) => Some(key.clone()),
        _ => None,
    });
    path.iter().cloned().chain(keys).collect()
}
