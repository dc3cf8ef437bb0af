//! Two `_entities` of one request that need different representations.
//!
//! The planner lets them share one variable when the same fields are required of the same objects, and overlooks that they
//! are required with different arguments.

use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::operation::SubgraphFetchOperation;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::SelectionSet;
use hive_router_query_planner::ast::value::Value;
use hive_router_query_planner::planner::plan_nodes::BatchFetchNode;

use super::Repairs;
use super::implementations::fragments;
use crate::engine::planning::conversion::entities_selections;

/// Who shares a variable.
struct Sharing {
    planned: String,
    requires: Vec<String>,
    variable: String,
}

impl Repairs<'_> {
    pub(super) fn separate_representations(&self, graph: &str, fetch: &mut BatchFetchNode) {
        let mut known: Vec<Sharing> = Vec::new();
        let mut changed: Option<Document> = None;
        for alias in &mut fetch.entity_batch.aliases {
            let output = entities_selections(&fetch.operation.document, &alias.alias);
            let requires = self.requirements_of(graph, output);
            let planned = alias.representations_variable_name.clone();
            let same = |sharing: &&Sharing| sharing.planned == planned && sharing.requires == requires;
            let variable = if let Some(sharing) = known.iter().find(same) {
                sharing.variable.clone()
            } else if known.iter().any(|sharing| sharing.planned == planned) {
                let document = changed.get_or_insert_with(|| fetch.operation.document.clone());
                declare_another(document, &planned)
            } else {
                planned.clone()
            };
            if variable != planned {
                let document = changed.get_or_insert_with(|| fetch.operation.document.clone());
                name_representations(document, &alias.alias, &variable);
                alias.representations_variable_name.clone_from(&variable);
            }
            known.push(Sharing { planned, requires, variable });
        }
        if let Some(document) = changed {
            fetch.operation = SubgraphFetchOperation::from_anonymous_operation(document);
        }
    }

    /// What the fields of entities require in this subgraph, in the schema's own words.
    fn requirements_of(&self, graph: &str, output: &SelectionSet) -> Vec<String> {
        let mut requirements = Vec::new();
        for fragment in fragments(output) {
            let Some(definition) = self.supergraph.definitions.get(&fragment.type_condition) else {
                continue;
            };
            for item in &fragment.selections.items {
                if let SelectionItem::Field(field) = item
                    && let Some(declared) = definition.fields().get(&field.name)
                {
                    let here =
                        declared.join_field.iter().filter(|join| join.graph_id.as_deref() == Some(graph));
                    requirements.extend(here.filter_map(|join| join.requires.clone()));
                }
            }
        }
        requirements.sort_unstable();
        requirements.dedup();
        requirements
    }
}

/// Declares a variable as `planned` is, and gives its name.
fn declare_another(document: &mut Document, planned: &str) -> String {
    let declared = document.operation.variable_definitions.get_or_insert_default();
    // The client's own names don't begin with two underscores.
    let name = format!("{planned}_{}", declared.len());
    if let Some(like) = declared.iter().find(|variable| variable.name == planned) {
        let mut another = like.clone();
        another.name.clone_from(&name);
        declared.push(another);
    }
    name
}

fn name_representations(document: &mut Document, alias: &str, variable: &str) {
    for item in &mut document.operation.selection_set.items {
        if let SelectionItem::Field(field) = item
            && field.selection_identifier() == alias
        {
            let representations = ("representations".to_owned(), Value::Variable(variable.to_owned()));
            field.arguments = Some(representations.into());
        }
    }
}
