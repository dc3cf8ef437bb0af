//! Introspection: whether it may be asked for at all, and not in circles.
//!
//! Types lead to fields and fields to types, so a small document can ask for an answer without end.

use ahash::AHashMap;
use graphql_tools::static_graphql::query::{
    Definition, Document, Field, FragmentDefinition, Selection, SelectionSet,
};

use super::{at, invalid};
use crate::engine::graphql_error::GraphqlError;

/// How many lists of `__Type` may stand within each other, as in graphql-js.
const MAX_NESTED_LISTS: usize = 3;

pub(super) fn check(
    document: &Document,
    fragments: &AHashMap<&str, &FragmentDefinition>,
    enabled: bool,
) -> Vec<GraphqlError> {
    let mut search = Search { fragments, nesting: AHashMap::new(), enabled, errors: Vec::new() };
    for definition in &document.definitions {
        search.entries(match definition {
            Definition::Operation(operation) => operation.selection_set(),
            Definition::Fragment(fragment) => &fragment.selection_set,
        });
    }
    search.errors
}

struct Search<'d> {
    fragments: &'d AHashMap<&'d str, &'d FragmentDefinition>,
    /// How many lists stand within each other in a fragment.
    nesting: AHashMap<&'d str, usize>,
    enabled: bool,
    errors: Vec<GraphqlError>,
}

impl<'d> Search<'d> {
    fn entries(&mut self, selection_set: &'d SelectionSet) {
        for selection in &selection_set.items {
            match selection {
                Selection::Field(field) if field.name == "__schema" || field.name == "__type" => {
                    self.entry(field);
                }
                Selection::Field(field) => self.entries(&field.selection_set),
                Selection::InlineFragment(fragment) => self.entries(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn entry(&mut self, field: &'d Field) {
        if !self.enabled {
            let message = format!("Introspection is turned off, so \"{}\" is not answered.", field.name);
            self.errors.push(at(GraphqlError::new("INTROSPECTION_DISABLED", message), field.position));
        } else if self.nested_lists(&field.selection_set) > MAX_NESTED_LISTS {
            self.errors.push(at(invalid("Maximum introspection depth exceeded"), field.position));
        }
    }

    fn nested_lists(&mut self, selection_set: &'d SelectionSet) -> usize {
        let mut deepest = 0;
        for selection in &selection_set.items {
            deepest = deepest.max(match selection {
                Selection::Field(field) => {
                    let is_list = matches!(
                        field.name.as_str(),
                        "fields" | "interfaces" | "possibleTypes" | "inputFields"
                    );
                    self.nested_lists(&field.selection_set) + usize::from(is_list)
                }
                Selection::InlineFragment(fragment) => self.nested_lists(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.nested_lists_of_fragment(&spread.fragment_name),
            });
        }
        deepest
    }

    fn nested_lists_of_fragment(&mut self, name: &'d str) -> usize {
        if let Some(known) = self.nesting.get(name) {
            return *known;
        }
        let Some(fragment) = self.fragments.get(name) else {
            return 0;
        };
        let nested = self.nested_lists(&fragment.selection_set);
        self.nesting.insert(name, nested);
        nested
    }
}
