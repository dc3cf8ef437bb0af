//! From the planner's plan to ours.

use std::sync::Arc;

use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::SelectionSet;
use hive_router_query_planner::planner::plan_nodes::{
    self as theirs, BatchFetchNode, FetchNodePathSegment, FetchRewrite, FlattenNodePath,
    FlattenNodePathSegment,
};
use hive_router_query_planner::state::supergraph_state::SupergraphState;

use self::fetched::Fetched;
pub(super) use self::fetched::INTERNAL;
pub(super) use self::requirements::is_top_level_field;
use crate::engine::plan::{
    EntityRequest, FetchNode, FetchTarget, InputRewrite, Output, OutputRewrite, OutputSelection, Path,
    PathSegment, Plan, PlanNode, RepresentationGroup, RewriteSegment,
};
use crate::engine::schema::TypeConditions;

mod fetched;
mod requirements;

pub(super) fn convert(
    plan: theirs::QueryPlan,
    supergraph: &SupergraphState,
    types: &TypeConditions,
    describe: bool,
) -> Plan {
    let description =
        if describe { serde_json::to_value(&plan).unwrap_or_default() } else { serde_json::Value::Null };
    let fetched = Fetched::of_plan(plan.node.as_ref(), types);
    let mut converter = Converter { supergraph, types, fetched, fetch_count: 0 };
    let root = plan.node.map_or(PlanNode::Sequence(Vec::new()), |node| converter.node(node, &[]));
    Plan { root, fetch_count: converter.fetch_count, description }
}

struct Converter<'s> {
    supergraph: &'s SupergraphState,
    types: &'s TypeConditions,
    fetched: Fetched<'s>,
    fetch_count: usize,
}

impl Converter<'_> {
    /// `path` is where enclosing flatten nodes lead to.
    fn node(&mut self, node: theirs::PlanNode, path: &[PathSegment]) -> PlanNode {
        match node {
            theirs::PlanNode::Fetch(fetch) => PlanNode::Fetch(self.fetch(&fetch, path)),
            theirs::PlanNode::BatchFetch(fetch) => PlanNode::Fetch(self.batch_fetch(&fetch, path)),
            theirs::PlanNode::Subscription(node) => PlanNode::Subscription(self.fetch(&node.primary, path)),
            theirs::PlanNode::Flatten(flatten) => {
                let path = self.path(&flatten.path, path);
                self.node(*flatten.node, &path)
            }
            theirs::PlanNode::Sequence(sequence) => PlanNode::Sequence(self.nodes(sequence.nodes, path)),
            theirs::PlanNode::Parallel(parallel) => PlanNode::Parallel(self.nodes(parallel.nodes, path)),
            theirs::PlanNode::Condition(condition) => PlanNode::Condition {
                variable: condition.condition,
                if_true: condition.if_clause.map(|node| Box::new(self.node(*node, path))),
                if_false: condition.else_clause.map(|node| Box::new(self.node(*node, path))),
            },
            // `@defer` is refused in validation, so only the primary part can matter.
            theirs::PlanNode::Defer(defer) => {
                defer.primary.node.map_or(PlanNode::Sequence(Vec::new()), |node| self.node(*node, path))
            }
        }
    }

    fn nodes(&mut self, nodes: Vec<theirs::PlanNode>, path: &[PathSegment]) -> Vec<PlanNode> {
        nodes.into_iter().map(|node| self.node(node, path)).collect()
    }

    fn next_slot(&mut self) -> usize {
        self.fetch_count += 1;
        self.fetch_count - 1
    }

    fn fetch(&mut self, fetch: &theirs::FetchNode, path: &[PathSegment]) -> FetchNode {
        let document = &fetch.operation.document;
        let rewrites = self.output_rewrites(fetch.output_rewrites.as_deref());
        let target = match &fetch.requires {
            None => FetchTarget::Fields {
                path: path.to_vec(),
                output: self.output(document, &document.operation.selection_set, rewrites),
            },
            Some(requires) => FetchTarget::Entities {
                groups: vec![RepresentationGroup {
                    variable: "representations".to_owned(),
                    paths: vec![path.to_vec()],
                    requirements: vec![self.entity_requirements(
                        requires,
                        entities_selections(document, "_entities"),
                        &fetch.service_name,
                        path,
                    )],
                    rewrites: self.input_rewrites(fetch.input_rewrites.as_deref()),
                }],
                requests: vec![EntityRequest {
                    response_key: "_entities".to_owned(),
                    group: 0,
                    output: self.output(document, entities_selections(document, "_entities"), rewrites),
                }],
            },
        };
        FetchNode {
            slot: self.next_slot(),
            service: Arc::from(fetch.service_name.as_str()),
            body_start: body_start(&fetch.operation.document_str),
            variables: client_variables(document),
            target,
        }
    }

    fn batch_fetch(&mut self, fetch: &BatchFetchNode, path: &[PathSegment]) -> FetchNode {
        let document = &fetch.operation.document;
        let mut groups: Vec<RepresentationGroup> = Vec::new();
        let mut requests = Vec::new();
        for alias in &fetch.entity_batch.aliases {
            let known = groups.iter().position(|group| group.variable == alias.representations_variable_name);
            let group = known.unwrap_or_else(|| {
                let paths: Vec<_> = alias.merge_paths.iter().map(|merge| self.path(merge, path)).collect();
                let selections = entities_selections(document, &alias.alias);
                let requirements = paths.iter().map(|path| {
                    self.entity_requirements(&alias.requires, selections, &fetch.service_name, path)
                });
                groups.push(RepresentationGroup {
                    variable: alias.representations_variable_name.clone(),
                    requirements: requirements.collect(),
                    paths,
                    rewrites: self.input_rewrites(alias.input_rewrites.as_deref()),
                });
                groups.len() - 1
            });
            let rewrites = self.output_rewrites(alias.output_rewrites.as_deref());
            requests.push(EntityRequest {
                response_key: alias.alias.clone(),
                group,
                output: self.output(document, entities_selections(document, &alias.alias), rewrites),
            });
        }
        let mut variables = client_variables(document);
        variables.retain(|name| groups.iter().all(|group| group.variable != *name));
        FetchNode {
            slot: self.next_slot(),
            service: Arc::from(fetch.service_name.as_str()),
            body_start: body_start(&fetch.operation.document_str),
            variables,
            target: FetchTarget::Entities { groups, requests },
        }
    }

    fn path(&self, path: &FlattenNodePath, prefix: &[PathSegment]) -> Path {
        let segments = path.as_slice().iter().map(|segment| match segment {
            FlattenNodePathSegment::Field(key) => PathSegment::Field(key.clone()),
            FlattenNodePathSegment::List => PathSegment::List,
            FlattenNodePathSegment::TypeCondition(names) => {
                PathSegment::Types(self.types.expand(names.iter().map(String::as_str)))
            }
        });
        prefix.iter().cloned().chain(segments).collect()
    }

    fn input_rewrites(&self, rewrites: Option<&[FetchRewrite]>) -> Vec<InputRewrite> {
        let rewrites = rewrites.unwrap_or_default().iter();
        rewrites
            .filter_map(|rewrite| match rewrite {
                FetchRewrite::ValueSetter(setter) => Some(InputRewrite {
                    path: self.rewrite_path(&setter.path),
                    value: json_string(&setter.set_value_to),
                }),
                // The planner renames keys of responses only.
                FetchRewrite::KeyRenamer(_) => None,
            })
            .collect()
    }

    fn output_rewrites(&self, rewrites: Option<&[FetchRewrite]>) -> Vec<OutputRewrite> {
        let rewrites = rewrites.unwrap_or_default().iter();
        rewrites
            .map(|rewrite| match rewrite {
                FetchRewrite::ValueSetter(setter) => OutputRewrite::Set {
                    path: self.rewrite_path(&setter.path),
                    value: setter.set_value_to.clone(),
                },
                FetchRewrite::KeyRenamer(renamer) => OutputRewrite::Rename {
                    path: self.rewrite_path(&renamer.path),
                    to: renamer.rename_key_to.clone(),
                },
            })
            .collect()
    }

    fn rewrite_path(&self, path: &[FetchNodePathSegment]) -> Vec<RewriteSegment> {
        path.iter()
            .map(|segment| match segment {
                FetchNodePathSegment::Key(key) => RewriteSegment::Key(key.clone()),
                FetchNodePathSegment::TypenameEquals(names) => {
                    RewriteSegment::Types(self.types.expand(names.iter().map(String::as_str)))
                }
            })
            .collect()
    }

    fn output(&self, document: &Document, selections: &SelectionSet, rewrites: Vec<OutputRewrite>) -> Output {
        Output { selections: self.output_selections(document, selections, &rewrites), rewrites }
    }

    fn output_selections(
        &self,
        document: &Document,
        selections: &SelectionSet,
        rewrites: &[OutputRewrite],
    ) -> Vec<OutputSelection> {
        let mut output = Vec::new();
        for item in &selections.items {
            match item {
                SelectionItem::Field(field) => output.push(OutputSelection::Field {
                    key: client_key(field.selection_identifier(), rewrites),
                    selections: self.output_selections(document, &field.selections, rewrites),
                }),
                SelectionItem::InlineFragment(fragment) => output.push(OutputSelection::Fragment {
                    types: self.types.expand([fragment.type_condition.as_str()]),
                    selections: self.output_selections(document, &fragment.selections, rewrites),
                }),
                SelectionItem::FragmentSpread(name) => {
                    if let Some(fragment) = document.fragments.iter().find(|fragment| fragment.name == *name)
                    {
                        output.push(OutputSelection::Fragment {
                            types: self.types.expand([fragment.type_condition.as_str()]),
                            selections: self.output_selections(document, &fragment.selection_set, rewrites),
                        });
                    }
                }
            }
        }
        output
    }
}

fn client_key(key: &str, rewrites: &[OutputRewrite]) -> String {
    let renamed = rewrites.iter().find_map(|rewrite| match rewrite {
        OutputRewrite::Rename { path, to } => match path.last() {
            Some(RewriteSegment::Key(last)) if last == key => Some(to.clone()),
            _ => None,
        },
        OutputRewrite::Set { .. } => None,
    });
    renamed.unwrap_or_else(|| key.to_owned())
}

pub(super) fn entities_selections<'d>(document: &'d Document, response_key: &str) -> &'d SelectionSet {
    let entities = document.operation.selection_set.items.iter().find_map(|item| match item {
        SelectionItem::Field(field) if field.selection_identifier() == response_key => {
            Some(&field.selections)
        }
        _ => None,
    });
    entities.unwrap_or(&document.operation.selection_set)
}

/// The variables the operation declares, without the representations.
fn client_variables(document: &Document) -> Vec<String> {
    let declared = document.operation.variable_definitions.as_deref().unwrap_or_default();
    declared
        .iter()
        .filter(|variable| variable.variable_type.inner_type() != "_Any")
        .map(|variable| variable.name.clone())
        .collect()
}

fn body_start(operation: &str) -> String {
    format!("{{\"query\":{},\"variables\":{{", json_string(operation))
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
