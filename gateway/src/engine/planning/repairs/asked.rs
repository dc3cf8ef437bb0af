//! What the client asked for, by its place in the answer.

use hive_router_query_planner::ast::operation::OperationDefinition;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::FlattenNodePathSegment;

use crate::engine::schema::TypeConditions;

/// The selections of one place: several where fields of the same response key meet.
#[derive(Clone, Default)]
pub(super) struct Asked<'o>(Vec<Part<'o>>);

#[derive(Clone)]
struct Part<'o> {
    selections: &'o SelectionSet,
    /// The types of the objects that it is asked of; any where there are none.
    of: Option<Vec<String>>,
}

impl<'o> Asked<'o> {
    pub(super) fn of(operation: &'o OperationDefinition) -> Self {
        Self(vec![Part { selections: &operation.selection_set, of: None }])
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn at(&self, types: &TypeConditions, path: &[FlattenNodePathSegment]) -> Self {
        path.iter().fold(self.clone(), |asked, segment| match segment {
            FlattenNodePathSegment::Field(key) => asked.below(types, key),
            FlattenNodePathSegment::TypeCondition(names) => {
                asked.narrowed(&types.expand(names.iter().map(String::as_str)))
            }
            FlattenNodePathSegment::List => asked,
        })
    }

    /// What is asked below the fields of this response key.
    pub(super) fn below(&self, types: &TypeConditions, key: &str) -> Self {
        let mut below = Self::default();
        self.for_each_field(types, &mut |field| {
            if field.selection_identifier() == key {
                below.0.push(Part { selections: &field.selections, of: None });
            }
        });
        below
    }

    /// What is asked of objects of these types.
    pub(super) fn narrowed(&self, names: &[String]) -> Self {
        let parts = self.0.iter().filter_map(|part| {
            Some(Part { selections: part.selections, of: Some(both(part.of.as_deref(), names)?) })
        });
        Self(parts.collect())
    }

    pub(super) fn selections(&self) -> impl Iterator<Item = &'o SelectionSet> {
        self.0.iter().map(|part| part.selections)
    }

    pub(super) fn for_each_field(&self, types: &TypeConditions, visit: &mut dyn FnMut(&'o FieldSelection)) {
        for part in &self.0 {
            visit_fields(types, part.selections, part.of.as_deref(), visit);
        }
    }
}

fn visit_fields<'o>(
    types: &TypeConditions,
    selections: &'o SelectionSet,
    of: Option<&[String]>,
    visit: &mut dyn FnMut(&'o FieldSelection),
) {
    for item in &selections.items {
        match item {
            SelectionItem::Field(field) => visit(field),
            SelectionItem::InlineFragment(fragment) => {
                let condition = types.expand([fragment.type_condition.as_str()]);
                if let Some(of) = both(of, &condition) {
                    visit_fields(types, &fragment.selections, Some(&of), visit);
                }
            }
            // Normalising has written them out.
            SelectionItem::FragmentSpread(_) => {}
        }
    }
}

/// The types that are among both; nothing where there are none.
fn both(of: Option<&[String]>, names: &[String]) -> Option<Vec<String>> {
    let Some(of) = of else {
        return Some(names.to_vec());
    };
    let common: Vec<String> = of.iter().filter(|name| names.contains(name)).cloned().collect();
    (!common.is_empty()).then_some(common)
}
